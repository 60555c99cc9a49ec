package dev.evenkeel.spring.page.insight;

import dev.evenkeel.monitoring.QueryOptimizer;
import dev.evenkeel.spring.insight.EvenkeelInsightAutoConfiguration;
import dev.evenkeel.spring.page.Part;
import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;

/** The parts of the page that the monitoring module knows, where it is there. */
@AutoConfiguration(after = EvenkeelInsightAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBooleanProperty("evenkeel.page.enabled")
@ConditionalOnClass(QueryOptimizer.class)
@ConditionalOnBean(QueryOptimizer.class)
@RegisterReflectionForBinding({RunningRow.class, StatementRow.class})
public final class PageInsightAutoConfiguration {

    @Bean
    InsightParts evenkeelPageInsight(QueryOptimizer optimizer) {
        return new InsightParts(optimizer);
    }

    @Bean
    Part evenkeelPageRunning(InsightParts insight) {
        return insight.running();
    }

    @Bean
    Part evenkeelPageStatements(InsightParts insight) {
        return insight.statements();
    }
}
