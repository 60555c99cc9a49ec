package dev.evenkeel.spring.insight;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.monitoring.AdviceConfig;
import dev.evenkeel.monitoring.AlertConfig;
import dev.evenkeel.monitoring.AlertSink;
import dev.evenkeel.monitoring.HealthMonitor;
import dev.evenkeel.monitoring.InsightConfig;
import dev.evenkeel.monitoring.LogSink;
import dev.evenkeel.monitoring.QueryOptimizer;
import dev.evenkeel.spring.config.EvenkeelAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Query insight, and alerts to the log and to each {@link AlertSink} among the beans. Beans of type {@link InsightConfig},
 * {@link AdviceConfig} and {@link AlertConfig} change the thresholds.
 */
@AutoConfiguration(after = EvenkeelAutoConfiguration.class)
@ConditionalOnClass(QueryOptimizer.class)
@ConditionalOnBean(ReactiveDatabaseManager.class)
public final class EvenkeelInsightAutoConfiguration {

    @Bean(destroyMethod = "stop")
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty(name = "evenkeel.insight.enabled", matchIfMissing = true)
    QueryOptimizer evenkeelQueryOptimizer(
            ReactiveDatabaseManager manager,
            ObjectProvider<InsightConfig> insight,
            ObjectProvider<AdviceConfig> advice) {
        return QueryOptimizer.on(
                manager,
                insight.getIfAvailable(InsightConfig::defaults),
                advice.getIfAvailable(AdviceConfig::defaults));
    }

    @Bean(initMethod = "startMonitoring", destroyMethod = "stopMonitoring")
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty(name = "evenkeel.alerts.enabled", matchIfMissing = true)
    HealthMonitor evenkeelHealthMonitor(
            ReactiveDatabaseManager manager, ObjectProvider<AlertConfig> config, ObjectProvider<AlertSink> sinks) {
        HealthMonitor monitor = HealthMonitor.on(manager, config.getIfAvailable(AlertConfig::defaults));
        monitor.alertOnIssues(new LogSink());
        sinks.orderedStream().forEach(monitor::alertOnIssues);
        return monitor;
    }
}
