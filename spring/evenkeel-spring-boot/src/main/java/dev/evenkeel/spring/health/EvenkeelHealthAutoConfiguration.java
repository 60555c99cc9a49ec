package dev.evenkeel.spring.health;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.spring.config.EvenkeelAutoConfiguration;
import java.time.Clock;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * The health {@code evenkeel}. It also has the name of Spring Boot's own for R2DBC, which borrows a connection for each question and
 * so is off.
 */
@AutoConfiguration(
        after = EvenkeelAutoConfiguration.class,
        beforeName =
                "org.springframework.boot.r2dbc.autoconfigure.health.ConnectionFactoryHealthContributorAutoConfiguration")
@ConditionalOnClass({ReactiveHealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(ReactiveDatabaseManager.class)
@ConditionalOnEnabledHealthIndicator("evenkeel")
@EnableConfigurationProperties(HealthProperties.class)
public final class EvenkeelHealthAutoConfiguration {

    @Bean
    LatestSnapshot evenkeelLatestSnapshot(ReactiveDatabaseManager manager) {
        return new LatestSnapshot(manager, Clock.systemUTC());
    }

    @Bean({"evenkeelHealthContributor", "r2dbcHealthContributor"})
    @ConditionalOnMissingBean(name = {"evenkeelHealthContributor", "evenkeelHealthIndicator"})
    EvenkeelHealthIndicator evenkeelHealthContributor(LatestSnapshot latest, HealthProperties properties) {
        return new EvenkeelHealthIndicator(latest, properties.downAfter(), Clock.systemUTC());
    }
}
