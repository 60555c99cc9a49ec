package dev.evenkeel.migrations;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.PostgresCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;

/** A fresh schema of a test, folders with its scripts, and managers for it. */
final class Schemas {

    /** Longer than any deadline in the tests: who waits so long has found a hang. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private Schemas() {}

    static DatabaseConfig.Builder config(PostgresCluster cluster) {
        return DatabaseConfig.builder()
                .primary(cluster.url(cluster.primary()))
                .pool(PoolConfig.builder()
                        .minSize(0)
                        .maxSize(4)
                        .connectTimeout(Duration.ofSeconds(30))
                        .build())
                .applicationName("shop");
    }

    static ReactiveDatabaseManager start(PostgresCluster cluster) {
        return start(config(cluster).build());
    }

    static ReactiveDatabaseManager start(DatabaseConfig config) {
        return Objects.requireNonNull(ReactiveDatabaseManager.start(config).block(PATIENCE));
    }

    /** Empties the schema that the tests share. */
    static void reset(PostgresCluster cluster) {
        cluster.primary()
                .execute("drop schema public cascade; create schema public; grant all on schema public to public");
    }

    static void write(Path folder, String name, String sql) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(name), sql);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static MigrationConfig.Builder folders(Path root) {
        return MigrationConfig.builder()
                .locations("filesystem:" + root.resolve("migration"))
                .undoLocations("filesystem:" + root.resolve("rollback"))
                .contractLocations("filesystem:" + root.resolve("contract"));
    }

    static MigrationManager migrations(
            ReactiveDatabaseManager db, Path root, UnaryOperator<MigrationConfig.Builder> changes) {
        return MigrationManager.of(db, changes.apply(folders(root)).build());
    }

    static MigrationManager migrations(ReactiveDatabaseManager db, Path root) {
        return migrations(db, root, UnaryOperator.identity());
    }

    static List<MigrationEvent> migrate(MigrationManager migrations) {
        return Objects.requireNonNull(migrations.runMigrations().collectList().block(PATIENCE));
    }

    static List<MigrationEvent> rollback(MigrationManager migrations, String version) {
        return Objects.requireNonNull(
                migrations.rollbackMigration(version).collectList().block(PATIENCE));
    }

    /** Flyway as anybody else would use it, but for the lock that lets concurrent indexes through. */
    static Flyway plainFlyway(PostgresCluster cluster, Path root) {
        FluentConfiguration flyway = Flyway.configure()
                .dataSource(cluster.jdbcUrl(cluster.primary()), null, null)
                .locations("filesystem:" + root.resolve("migration"));
        flyway.getPluginRegister()
                .getExact(PostgreSQLConfigurationExtension.class)
                .setTransactionalLock(false);
        return flyway.load();
    }

    /** Looks until the condition holds or the patience is over. */
    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }
}
