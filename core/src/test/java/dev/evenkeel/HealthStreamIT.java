package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.HealthSnapshot.Node;
import dev.evenkeel.HealthSnapshot.State;
import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;

/** What the live stream says while something happens to a node, and afterwards. */
@WithPostgres(replicas = 1, isolated = true)
class HealthStreamIT {

    private static final Logger figures = LoggerFactory.getLogger("figures");
    private static final Duration PERIOD = MonitoringConfig.DEFAULT_PROBE_INTERVAL;

    private final PostgresCluster cluster;
    private final List<HealthSnapshot> stream = new CopyOnWriteArrayList<>();
    private ReactiveDatabaseManager db;
    private Disposable listening;
    private long faultNanos;

    HealthStreamIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        db = Databases.start(
                cluster,
                config -> config.monitoring(MonitoringConfig.defaults().withMaxReplicaLag(Duration.ofMillis(300))));
        listening = db.health().subscribe(stream::add);
        await("all is well", () -> latest(snapshot -> snapshot.status() == HealthStatus.HEALTHY));
    }

    @AfterEach
    void stop() {
        listening.dispose();
        db.shutdown().block(PATIENCE);
    }

    private boolean latest(Predicate<HealthSnapshot> condition) {
        return !stream.isEmpty() && condition.test(stream.get(stream.size() - 1));
    }

    private static Node node(HealthSnapshot snapshot, PostgresNode wanted) {
        String name = "%s:%d".formatted(wanted.host(), wanted.port());
        return snapshot.nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void fault(Runnable happens) {
        faultNanos = System.nanoTime();
        happens.run();
        faultNanos =
                Math.max(faultNanos, System.nanoTime() - Duration.ofMillis(50).toNanos());
    }

    private void seen(String what, PostgresNode node, State state, String reason) {
        await(
                what,
                () -> latest(snapshot -> node(snapshot, node).state() == state
                        && node(snapshot, node).reason().contains(reason)));
        double periods = (double) (System.nanoTime() - faultNanos) / PERIOD.toNanos();
        figures.info("{} is in the health stream after {} probe periods", what, "%.1f".formatted(periods));
    }

    private void healthyAgain() {
        long mended = System.nanoTime();
        await("healthy again", () -> latest(snapshot -> snapshot.status() == HealthStatus.HEALTHY));
        double periods = (double) (System.nanoTime() - mended) / PERIOD.toNanos();
        figures.info("healthy again after {} probe periods", "%.1f".formatted(periods));
    }

    @Test
    void aKilledReplicaIsDownUntilItIsBack() {
        PostgresNode replica = cluster.replicas().get(0);
        fault(() -> cluster.kill(replica));
        seen("a killed replica", replica, State.DOWN, "does not answer");
        assertThat(latest(snapshot -> snapshot.status() == HealthStatus.DEGRADED))
                .isTrue();

        cluster.restart(replica);
        healthyAgain();
    }

    @Test
    void aHungPrimaryIsDownUntilItGoesOn() {
        PostgresNode primary = cluster.primary();
        fault(() -> cluster.hang(primary));
        seen("a hung primary", primary, State.DOWN, "does not answer");
        assertThat(latest(snapshot -> snapshot.status() == HealthStatus.UNHEALTHY
                        && !snapshot.recommendations().isEmpty()))
                .isTrue();

        cluster.resume(primary);
        healthyAgain();
    }

    /** The lag begins with the first write that is not replayed, and counts from 300 ms on. */
    @Test
    void aReplicaThatFallsBehindIsLimitedUntilItHasCaughtUp() {
        PostgresNode replica = cluster.replicas().get(0);
        cluster.primary().execute("create table if not exists written (at timestamptz)");
        cluster.pauseReplay(replica);
        fault(() -> cluster.primary().execute("insert into written values (now())"));
        await("the replica is behind", () -> {
            cluster.primary().execute("insert into written values (now())");
            return latest(snapshot -> node(snapshot, replica).state() == State.LIMITED);
        });
        seen("a lagging replica, 300 ms included", replica, State.LIMITED, "behind");

        cluster.resumeReplay(replica);
        healthyAgain();
    }

    @Test
    void aPrimaryThatRefusesWritesIsLimitedUntilItTakesThem() {
        PostgresNode primary = cluster.primary();
        fault(() -> {
            primary.execute("alter system set default_transaction_read_only = on");
            primary.execute("select pg_reload_conf()");
        });
        seen("a read-only primary", primary, State.LIMITED, "refuses writes");

        primary.execute("alter system reset default_transaction_read_only");
        primary.execute("select pg_reload_conf()");
        healthyAgain();
    }
}
