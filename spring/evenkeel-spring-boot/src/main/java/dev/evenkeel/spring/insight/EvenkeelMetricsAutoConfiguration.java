package dev.evenkeel.spring.insight;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.monitoring.meter.DatabaseMeters;
import dev.evenkeel.spring.config.EvenkeelAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import reactor.core.Disposable;

/** All meters, where there is a registry. */
@AutoConfiguration(
        after = EvenkeelAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration"
        })
@ConditionalOnClass({DatabaseMeters.class, MeterRegistry.class})
@ConditionalOnBean({ReactiveDatabaseManager.class, MeterRegistry.class})
@ConditionalOnBooleanProperty(name = "evenkeel.metrics.enabled", matchIfMissing = true)
public final class EvenkeelMetricsAutoConfiguration {

    @Bean
    Binding evenkeelMeters(ReactiveDatabaseManager manager, MeterRegistry registry) {
        return new Binding(DatabaseMeters.bind(manager, registry));
    }

    /** Takes the meters out of the registry with the application. */
    record Binding(Disposable meters) implements DisposableBean {

        @Override
        public void destroy() {
            meters.dispose();
        }
    }
}
