package dev.evenkeel.monitoring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Draws the arrows of this module: each package may import the ones before it, and core only by what users see. */
class ArchitectureTest {

    private static final List<String> UPWARDS =
            List.of("(vocabulary)", "session", "query", "plan", "server", "advice", "alert", "meter", "assembly");

    /** The doors from the vocabulary to the machinery. */
    private static final Set<String> DOORS = Set.of("QueryOptimizer", "HealthMonitor");

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.evenkeel.monitoring");

    private static String packageOf(String layer) {
        return layer.equals("(vocabulary)") ? "dev.evenkeel.monitoring" : "dev.evenkeel.monitoring." + layer;
    }

    @TestFactory
    List<DynamicTest> noPackageImportsOneAboveIt() {
        return UPWARDS.subList(0, UPWARDS.size() - 1).stream()
                .map(layer -> DynamicTest.dynamicTest(layer, () -> {
                    String[] above = UPWARDS.subList(UPWARDS.indexOf(layer) + 1, UPWARDS.size()).stream()
                            .map(ArchitectureTest::packageOf)
                            .toArray(String[]::new);
                    noClasses()
                            .that()
                            .resideInAPackage(packageOf(layer))
                            .and()
                            .haveNameNotMatching(".*\\.monitoring\\.(" + String.join("|", DOORS) + ")")
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(above)
                            .allowEmptyShould(true)
                            .because("imports go one way")
                            .check(classes);
                }))
                .toList();
    }

    @Test
    void coreIsUsedByWhatUsersSee() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.evenkeel.node..",
                        "dev.evenkeel.topology..",
                        "dev.evenkeel.route..",
                        "dev.evenkeel.stage..",
                        "dev.evenkeel.tx..",
                        "dev.evenkeel.assembly..")
                .because("the machinery of core may change")
                .check(classes);
    }

    @Test
    void nothingBlocks() {
        noClasses()
                .should()
                .callMethodWhere(com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                        com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching(
                                "block|blockFirst|blockLast|blockOptional")))
                .because("it runs inside an application's event loops")
                .check(classes);
    }
}
