package dev.evenkeel.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.monitoring.Alert;
import dev.evenkeel.monitoring.AlertSink;
import dev.evenkeel.monitoring.HealthMonitor;
import dev.evenkeel.monitoring.QueryOptimizer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.util.ClassUtils;
import reactor.core.publisher.Mono;

/** What is optional may be missing, and is there when it is not. */
class OptionalNeighboursTest {

    private static final String[] SETTINGS = {
        "spring.r2dbc.url=r2dbc:postgresql://app@db1/shop",
        "evenkeel.migrations.enabled=false",
        "management.endpoints.web.exposure.include=*"
    };

    private final ScriptedManager scripted = new ScriptedManager();

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.springframework.web.reactive",
                "dev.evenkeel.migrations",
                "dev.evenkeel.monitoring",
                "io.micrometer.core"
            })
    void anApplicationStartsWithoutAnyOfThem(String missing) {
        new ApplicationContextRunner()
                .withClassLoader(new FilteredClassLoader(missing))
                .withBean(ReactiveDatabaseManager.class, scripted::manager)
                .withUserConfiguration(Application.class)
                .withPropertyValues(SETTINGS)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void endpointsAreThereAsFarAsAccessAllows() {
        ReactiveWebApplicationContextRunner web = new ReactiveWebApplicationContextRunner()
                .withBean(ReactiveDatabaseManager.class, scripted::manager)
                .withUserConfiguration(Application.class)
                .withPropertyValues(SETTINGS);

        web.run(context -> assertThat(context)
                .hasBean("evenkeelEndpoint")
                .hasBean("evenkeelRequestWebFilter")
                .doesNotHaveBean("evenkeelControlEndpoint")
                .doesNotHaveBean("evenkeelReadTokenWebFilter"));
        web.withPropertyValues("management.endpoint.evenkeelcontrol.access=UNRESTRICTED")
                .run(context -> assertThat(context).hasBean("evenkeelControlEndpoint"));
        web.withPropertyValues("evenkeel.web.read-token.enabled=true")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("readToken.key"));
    }

    @Test
    void metricsAlertsAndInsightAreThereAndCanBeSwitchedOff() {
        List<Alert> alerts = new ArrayList<>();
        AlertSink sink = alert -> Mono.fromRunnable(() -> alerts.add(alert));
        ApplicationContextRunner application = new ApplicationContextRunner()
                .withBean(ReactiveDatabaseManager.class, scripted::manager)
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withBean(AlertSink.class, () -> sink)
                .withUserConfiguration(Application.class)
                .withPropertyValues(SETTINGS);

        application.run(context -> {
            assertThat(context).hasSingleBean(QueryOptimizer.class).hasSingleBean(HealthMonitor.class);
            assertThat(context.getBean(MeterRegistry.class)
                            .find("evenkeel.health")
                            .gauge())
                    .isNotNull();
        });
        application
                .withPropertyValues(
                        "evenkeel.insight.enabled=false",
                        "evenkeel.alerts.enabled=false",
                        "evenkeel.metrics.enabled=false")
                .run(context -> {
                    assertThat(context).doesNotHaveBean(QueryOptimizer.class).doesNotHaveBean(HealthMonitor.class);
                    assertThat(context.getBean(MeterRegistry.class).getMeters())
                            .noneMatch(meter -> meter.getId().getName().startsWith("evenkeel"));
                });
        assertThat(alerts).isEmpty();
    }

    @Test
    void aNativeImageKeepsWhatIsReadByReflection() {
        RuntimeHints hints = hintsOf(
                "config.EvenkeelAutoConfiguration",
                "endpoint.EvenkeelEndpointAutoConfiguration",
                "migrations.EvenkeelMigrationAutoConfiguration");

        assertThat(RuntimeHintsPredicates.reflection().onType(HealthSnapshot.Node.class))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.resource().forResource("db/migration/V1__note.sql"))
                .accepts(hints);
    }

    private static RuntimeHints hintsOf(String... configurations) {
        RuntimeHints hints = new RuntimeHints();
        for (String name : configurations) {
            Class<?> configuration = ClassUtils.resolveClassName("dev.evenkeel.spring." + name, null);
            for (Class<? extends RuntimeHintsRegistrar> registrar :
                    configuration.getAnnotation(ImportRuntimeHints.class).value()) {
                org.springframework.beans.BeanUtils.instantiateClass(registrar).registerHints(hints, null);
            }
        }
        return hints;
    }
}
