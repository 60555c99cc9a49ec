package dev.evenkeel.spring.config;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.spring.EvenkeelCustomizer;
import io.r2dbc.spi.ConnectionFactoryOptions;
import java.time.Duration;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.r2dbc.autoconfigure.ConnectionFactoryOptionsBuilderCustomizer;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import reactor.core.publisher.Mono;

/**
 * A running manager from {@code spring.r2dbc.*} and {@code evenkeel.*}. Connection details of Testcontainers and Docker Compose
 * count as well. Each part backs off when the application has one of its own.
 */
@AutoConfiguration(before = R2dbcAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "evenkeel.enabled", matchIfMissing = true)
@EnableConfigurationProperties(EvenkeelProperties.class)
@ImportRuntimeHints(ConfigHints.class)
public final class EvenkeelAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    DatabaseConfig evenkeelConfig(
            EvenkeelProperties properties,
            Environment environment,
            ObjectProvider<R2dbcConnectionDetails> details,
            ObjectProvider<ConnectionFactoryOptionsBuilderCustomizer> options,
            ObjectProvider<DatabaseListener> listeners,
            ObjectProvider<EvenkeelCustomizer> customizers) {
        Servers servers = Servers.of(details.getIfAvailable(), read -> {
            ConnectionFactoryOptions.Builder changed = read.mutate();
            options.orderedStream().forEach(customizer -> customizer.customize(changed));
            return changed.build();
        });
        DatabaseConfig.Builder builder = new ConfigAssembly(properties, environment).builder(servers);
        listeners.orderedStream().forEach(builder::listener);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    /** Destroyed twice in an orderly end: a start that fails half-way never comes to the lifecycle. */
    @Bean(destroyMethod = "shutdown")
    @ConditionalOnMissingBean
    ReactiveDatabaseManager evenkeelDatabaseManager(DatabaseConfig config, EvenkeelProperties properties) {
        return Objects.requireNonNull(ReactiveDatabaseManager.start(config)
                .timeout(properties.startTimeout(), Mono.error(() -> late(properties.startTimeout())))
                .block());
    }

    private static NodeUnavailableException late(Duration bound) {
        return new NodeUnavailableException(Failure.of(
                "START_TIMEOUT",
                ErrorType.CONNECTION,
                "The servers did not answer within %s".formatted(bound),
                "check the hosts and ports, and the network between here and there",
                "raise evenkeel.start-timeout"));
    }

    @Bean
    @ConditionalOnMissingBean
    EvenkeelLifecycle evenkeelLifecycle(ReactiveDatabaseManager manager, EvenkeelProperties properties) {
        return new EvenkeelLifecycle(manager, properties.shutdownGrace());
    }
}
