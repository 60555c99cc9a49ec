package dev.evenkeel.spring.migrations;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.MigrationManager;
import dev.evenkeel.spring.config.EvenkeelAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;

/** Migrations at the start, when they are on the class path and no Flyway of Spring Boot's does it already. */
@AutoConfiguration(
        after = EvenkeelAutoConfiguration.class,
        afterName = "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration")
@ConditionalOnClass(MigrationManager.class)
@ConditionalOnBean(ReactiveDatabaseManager.class)
@ConditionalOnBooleanProperty(name = "evenkeel.migrations.enabled", matchIfMissing = true)
@ConditionalOnMissingBean(type = "org.flywaydb.core.Flyway")
@EnableConfigurationProperties(MigrationProperties.class)
@Import(DatabaseInitializationDependencyConfigurer.class)
@ImportRuntimeHints(MigrationHints.class)
public final class EvenkeelMigrationAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    MigrationManager evenkeelMigrationManager(
            ReactiveDatabaseManager manager, ObjectProvider<MigrationConfig> config, MigrationProperties properties) {
        return MigrationManager.of(manager, config.getIfAvailable(() -> of(properties)));
    }

    private static MigrationConfig of(MigrationProperties properties) {
        MigrationConfig.Builder builder =
                MigrationConfig.builder().locations(properties.locations().toArray(String[]::new));
        if (properties.schema() != null) {
            builder.schema(properties.schema());
        }
        if (properties.baselineVersion() != null) {
            builder.baselineVersion(properties.baselineVersion());
        }
        return builder.build();
    }

    @Bean
    @ConditionalOnMissingBean
    MigrationInitializer evenkeelMigrationInitializer(MigrationManager migrations, MigrationProperties properties) {
        return new MigrationInitializer(migrations, properties.timeout());
    }
}
