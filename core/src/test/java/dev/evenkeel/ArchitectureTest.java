package dev.evenkeel;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Draws the arrows between the packages: each may import the ones before it, never one after it. */
class ArchitectureTest {

    private static final List<String> UPWARDS = List.of(
            "flow",
            "time",
            "error",
            "config",
            "event",
            "sql",
            "(vocabulary)",
            "driver",
            "wire",
            "lane",
            "node",
            "topology",
            "route",
            "stage",
            "tx",
            "health",
            "bulk",
            "assembly");

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("testkit"))
            .importPackages("dev.evenkeel");

    private static String packageOf(String layer) {
        return layer.equals("(vocabulary)") ? "dev.evenkeel" : "dev.evenkeel." + layer;
    }

    @TestFactory
    List<DynamicTest> noPackageImportsOneAboveIt() {
        return UPWARDS.stream()
                .map(layer -> DynamicTest.dynamicTest(layer, () -> {
                    String[] above = UPWARDS.subList(UPWARDS.indexOf(layer) + 1, UPWARDS.size()).stream()
                            .map(ArchitectureTest::packageOf)
                            .toArray(String[]::new);
                    if (above.length > 0) {
                        below(layer, above).check(classes);
                    }
                }))
                .toList();
    }

    private static ArchRule below(String layer, String... above) {
        return noClasses()
                .that()
                .resideInAPackage(packageOf(layer))
                .and()
                .doNotHaveFullyQualifiedName(ReactiveDatabaseManager.class.getName())
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(above)
                .because("a call travels one way, and so do the imports; ReactiveDatabaseManager.start is the one door"
                        + " from the vocabulary to the machinery");
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("dev.evenkeel.(*)..")
                .should()
                .beFreeOfCycles()
                .because("a cycle makes two packages one")
                .check(classes);
    }

    @Test
    void coreKnowsNoFrameworkBesideReactor() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("org.springframework..")
                        .or(resideInAPackage("io.micrometer.."))
                        .or(resideInAPackage("org.flywaydb.."))
                        .or(resideInAPackage("java.sql..")))
                .because("those live in modules of their own, so that a user of core does not pay for them")
                .check(classes);
    }

    @Test
    void nothingBlocksOrSubscribesOutsideStartAndStop() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.evenkeel.assembly")
                .and()
                .doNotHaveFullyQualifiedName("dev.evenkeel.topology.Topology")
                .and()
                .doNotHaveFullyQualifiedName("dev.evenkeel.node.LateConnections")
                .should()
                .callMethodWhere(com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                        com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching(
                                "block|blockFirst|blockLast|blockOptional")))
                .orShould()
                .callMethod(reactor.core.publisher.Mono.class, "subscribe")
                .orShould()
                .callMethod(reactor.core.publisher.Flux.class, "subscribe")
                .because("who subscribes owns the result; Topology.start and connections that nobody took are the"
                        + " places where nobody else can")
                .check(classes);
    }
}
