package dev.evenkeel.migrations;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Draws the arrows of this module: each package may import the ones before it, and core only by what users see. */
class ArchitectureTest {

    private static final List<String> UPWARDS = List.of(
            "(vocabulary)",
            "script",
            "history",
            "session",
            "schema",
            "backfill",
            "flyway",
            "effect",
            "contract",
            "undo",
            "create",
            "run",
            "cli");

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.evenkeel.migrations");

    private static String packageOf(String layer) {
        return layer.equals("(vocabulary)") ? "dev.evenkeel.migrations" : "dev.evenkeel.migrations." + layer;
    }

    @TestFactory
    List<DynamicTest> noPackageImportsOneAboveIt() {
        return UPWARDS.subList(0, UPWARDS.size() - 1).stream()
                .map(layer -> DynamicTest.dynamicTest(
                        layer,
                        () -> noClasses()
                                .that()
                                .resideInAPackage(packageOf(layer))
                                .and()
                                .doNotHaveFullyQualifiedName(MigrationManager.class.getName())
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage(UPWARDS.subList(UPWARDS.indexOf(layer) + 1, UPWARDS.size()).stream()
                                        .map(ArchitectureTest::packageOf)
                                        .toArray(String[]::new))
                                .because("MigrationManager.of is the one door from the vocabulary to the machinery")
                                .check(classes)))
                .toList();
    }

    @Test
    void onlyOnePackageKnowsFlyway() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.evenkeel.migrations.flyway")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.flywaydb..")
                .because("another engine could take its place, and its versions differ")
                .check(classes);
    }

    @Test
    void coreIsUsedByItsVocabularyAlone() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("dev.evenkeel.assembly..")
                        .or(resideInAPackage("dev.evenkeel.node.."))
                        .or(resideInAPackage("dev.evenkeel.topology.."))
                        .or(resideInAPackage("dev.evenkeel.stage.."))
                        .or(resideInAPackage("dev.evenkeel.tx.."))
                        .or(resideInAPackage("dev.evenkeel.health..")))
                .because("what a user cannot reach, another module must not need")
                .check(classes);
    }

    @Test
    void nothingBlocksOrSubscribes() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.evenkeel.migrations.cli")
                .should()
                .callMethodWhere(com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                        com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching(
                                "block|blockFirst|blockLast|blockOptional")))
                .orShould()
                .callMethod(reactor.core.publisher.Mono.class, "subscribe")
                .orShould()
                .callMethod(reactor.core.publisher.Flux.class, "subscribe")
                .because("who subscribes owns the result, and the command line is the only one here who does")
                .check(classes);
    }
}
