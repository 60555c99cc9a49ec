package dev.evenkeel.spring.migrations;

import dev.evenkeel.ConnectionOptions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Migrations at the start. A bean of type {@code MigrationConfig} replaces all but enabled and timeout.
 *
 * @param enabled Whether to migrate before anything uses the database.
 * @param timeout Longest time that the start of the application waits for the migrations.
 * @param locations Folders with scripts, as 'classpath:folder' or 'filesystem:folder'.
 * @param schema Schema that is migrated. The default is the first of the connection's search path.
 * @param baselineVersion Version that a schema without a history is taken for. Without one it is refused.
 */
@ConfigurationProperties("evenkeel.migrations")
public record MigrationProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("15m") Duration timeout,
        @DefaultValue("classpath:db/migration") List<String> locations,
        @Nullable String schema,
        @Nullable String baselineVersion) {

    public MigrationProperties {
        locations = List.copyOf(locations);
        ConnectionOptions.requirePositive("migrations.timeout", timeout);
    }
}
