package dev.evenkeel.spring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Draws the arrows of this module: core only by what users see, and each neighbour in the package that may be missing. */
class ArchitectureTest {

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.evenkeel.spring");

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
                        "dev.evenkeel.health..",
                        "dev.evenkeel.assembly..")
                .because("the machinery of core may change")
                .check(classes);
    }

    @Test
    void whatIsOptionalStaysInItsPackage() {
        stays("..spring..migrations..", "dev.evenkeel.migrations..");
        stays("..spring..insight..", "dev.evenkeel.monitoring..");
        stays("..spring.insight..", "io.micrometer..");
        stays("..spring..web..", "org.springframework.web..");
        stays("..spring.health..", "org.springframework.boot.health..");
        stays(List.of("..spring.endpoint..", "..spring.page.web.."), "org.springframework.boot.actuate..");
        stays("..spring.page.web..", "org.springframework.security..");
        stays("..spring.page.web..", "tools.jackson..");
    }

    private void stays(String home, String optional) {
        stays(List.of(home), optional);
    }

    private void stays(List<String> homes, String optional) {
        noClasses()
                .that()
                .resideOutsideOfPackages(homes.toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(optional)
                .because("an application may do without it")
                .check(classes);
    }
}
