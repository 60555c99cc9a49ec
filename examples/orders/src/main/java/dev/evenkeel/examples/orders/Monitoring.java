package dev.evenkeel.examples.orders;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.monitoring.HealthMonitor;
import dev.evenkeel.monitoring.LogSink;
import dev.evenkeel.monitoring.QueryOptimizer;
import dev.evenkeel.monitoring.meter.DatabaseMeters;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.Disposable;

/** Metrics, alerts in the log, and insight into the statements. */
@Configuration(proxyBeanMethods = false)
class Monitoring {

    @Bean(destroyMethod = "dispose")
    Disposable databaseMeters(ReactiveDatabaseManager db, MeterRegistry registry) {
        return DatabaseMeters.bind(db, registry);
    }

    @Bean(initMethod = "startMonitoring", destroyMethod = "stopMonitoring")
    HealthMonitor healthMonitor(ReactiveDatabaseManager db) {
        HealthMonitor monitor = HealthMonitor.on(db);
        monitor.alertOnIssues(new LogSink());
        return monitor;
    }

    @Bean(destroyMethod = "stop")
    QueryOptimizer queryOptimizer(ReactiveDatabaseManager db) {
        return QueryOptimizer.on(db);
    }
}
