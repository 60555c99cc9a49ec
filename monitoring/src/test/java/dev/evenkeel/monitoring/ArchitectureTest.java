package dev.evenkeel.monitoring;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.origin;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.Publisher;

/** Draws the arrows of this module: each package may import the ones before it, and core only by what users see. */
class ArchitectureTest {

    private static final List<String> UPWARDS =
            List.of("(vocabulary)", "session", "query", "plan", "server", "advice", "alert", "meter", "assembly");

    /** The doors from the vocabulary to the machinery. */
    private static final Set<String> DOORS = Set.of("QueryOptimizer", "HealthMonitor");

    /** Where a watch begins; each has an end of its own. */
    private static final Set<String> BEGINNINGS = Set.of(
            "RunningMonitor.startMonitoring",
            "RunningMonitor.alertOnIssues",
            "Contribution.begin",
            "DatabaseMeters.bind");

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
    void nothingBlocksOrSubscribesOutsideStartAndStop() {
        noClasses()
                .should()
                .callMethodWhere(
                        target(nameMatching("block|blockFirst|blockLast|blockOptional|subscribe|subscribeWith"))
                                .and(target(owner(assignableTo(Publisher.class))))
                                .and(origin(not(aBeginning()))))
                .because("who subscribes owns the result. Nobody else can where a watch begins that its user ends:"
                        + " startMonitoring and alertOnIssues until stopMonitoring, a contribution as long as somebody listens to"
                        + " the monitor, and the gauges until the result of bind is disposed of")
                .check(classes);
    }

    private static DescribedPredicate<JavaCodeUnit> aBeginning() {
        return describe(
                "one of " + BEGINNINGS,
                unit -> BEGINNINGS.contains(unit.getOwner().getSimpleName() + "." + unit.getName()));
    }
}
