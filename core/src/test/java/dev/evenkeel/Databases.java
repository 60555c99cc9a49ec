package dev.evenkeel;

import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Managers for tests: small pools and quick probes, so that a test sees a change in milliseconds. */
public final class Databases {

    /** Longer than any deadline in the tests: who waits so long has found a hang. */
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Runs the tests of plain calls with PgBouncer in between. */
    private static final String THROUGH_POOLER = "evenkeel.test.pgbouncer";

    /** Tests that look at the server's sessions as if they were ours, which they are not behind a pooler. */
    static final String OWN_SESSIONS = "own-sessions";

    private Databases() {}

    static DatabaseConfig.Builder config(PostgresCluster cluster) {
        DatabaseConfig.Builder builder = DatabaseConfig.builder()
                .primary(url(cluster, cluster.primary()))
                .pool(PoolConfig.builder().minSize(0).maxSize(4).build())
                .monitoring(MonitoringConfig.defaults().withProbeInterval(Duration.ofMillis(50)))
                .callTimeout(Duration.ofSeconds(10));
        for (PostgresNode replica : cluster.replicas()) {
            builder.replica(url(cluster, replica));
        }
        return builder;
    }

    private static String url(PostgresCluster cluster, PostgresNode node) {
        return Boolean.getBoolean(THROUGH_POOLER)
                ? PgBouncer.shared(node).url() + PgBouncer.URL_OPTIONS
                : cluster.url(node);
    }

    static ReactiveDatabaseManager start(PostgresCluster cluster) {
        return start(cluster, UnaryOperator.identity());
    }

    public static ReactiveDatabaseManager start(
            PostgresCluster cluster, UnaryOperator<DatabaseConfig.Builder> changes) {
        return start(changes.apply(config(cluster)).build());
    }

    static ReactiveDatabaseManager start(DatabaseConfig config) {
        ReactiveDatabaseManager started = ReactiveDatabaseManager.start(config).block(PATIENCE);
        if (started == null) {
            throw new IllegalStateException("the manager's start was empty");
        }
        return started;
    }

    /** One connection through the proxy, and no other traffic: what is counted on the wire is what the test does. */
    static ReactiveDatabaseManager startBehind(FaultProxy proxy) {
        return startBehind(
                proxy, PoolConfig.builder().minSize(1).maxSize(1).lanes(0).build());
    }

    public static ReactiveDatabaseManager startBehind(FaultProxy proxy, PoolConfig pool) {
        return start(DatabaseConfig.builder()
                .primary("r2dbc:postgresql://postgres@127.0.0.1:%d/postgres".formatted(proxy.port()))
                .pool(pool)
                .monitoring(MonitoringConfig.defaults().withProbeInterval(Duration.ofMinutes(1)))
                .callTimeout(Duration.ofSeconds(10))
                .build());
    }

    /** Looks until the condition holds or the patience is over. */
    public static void await(String what, BooleanSupplier condition) {
        await(what, PATIENCE, condition);
    }

    static void await(String what, Duration patience, BooleanSupplier condition) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + patience + ": " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }
}
