package dev.evenkeel.spring.page.insight;

import dev.evenkeel.monitoring.HealthMonitor;
import dev.evenkeel.spring.insight.EvenkeelInsightAutoConfiguration;
import dev.evenkeel.spring.page.EventLog;
import dev.evenkeel.spring.page.PageAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Alerts in the event log of the page, where the monitoring module is there and watches. */
@AutoConfiguration(after = {EvenkeelInsightAutoConfiguration.class, PageAutoConfiguration.class})
@ConditionalOnClass(HealthMonitor.class)
@ConditionalOnBean({HealthMonitor.class, EventLog.class})
public final class PageAlertAutoConfiguration {

    /** No bean of type {@code AlertSink}: those are what our own monitor is made with, and the application's may be another. */
    @Bean
    AlertLines evenkeelPageAlerts(HealthMonitor monitor, EventLog events) {
        AlertLines lines = new AlertLines(events);
        monitor.alertOnIssues(lines::deliver);
        return lines;
    }
}
