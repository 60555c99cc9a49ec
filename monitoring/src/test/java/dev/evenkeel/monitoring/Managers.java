package dev.evenkeel.monitoring;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Managers for tests: small pools and quick probes. */
public final class Managers {

    /** Longer than any deadline in the tests: who waits so long has found a hang. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private Managers() {}

    public static ReactiveDatabaseManager start(PostgresCluster cluster) {
        return start(cluster, UnaryOperator.identity());
    }

    public static ReactiveDatabaseManager start(
            PostgresCluster cluster, UnaryOperator<DatabaseConfig.Builder> changes) {
        DatabaseConfig.Builder builder = DatabaseConfig.builder()
                .primary(cluster.url(cluster.primary()))
                .applicationName("shop")
                .pool(PoolConfig.builder().minSize(0).maxSize(4).build())
                .monitoring(MonitoringConfig.defaults().withProbeInterval(Duration.ofMillis(50)))
                .callTimeout(Duration.ofSeconds(20));
        for (PostgresNode replica : cluster.replicas()) {
            builder.replica(cluster.url(replica));
        }
        return Objects.requireNonNull(
                ReactiveDatabaseManager.start(changes.apply(builder).build()).block(PATIENCE));
    }

    /** The name that the manager has for a node. */
    public static String name(PostgresNode node) {
        return node.host() + ":" + node.port();
    }

    /** Looks until the condition holds or the patience is over. */
    public static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }
}
