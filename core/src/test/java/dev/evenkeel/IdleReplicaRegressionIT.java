package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.HealthSnapshot.State;
import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.event.TopologyEvent.ReplicaLagging;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

/**
 * A replica said how long ago its last transaction was, and that was taken for lag when any log was on its way: the first write after
 * a quiet time, and a long transaction, took all replicas out of the reads.
 */
@WithPostgres(replicas = 1, isolated = true)
class IdleReplicaRegressionIT {

    private static final Duration BOUND = Duration.ofMillis(600);

    private final PostgresCluster cluster;
    private final TopologyLog topology = new TopologyLog();
    private final Queue<HealthSnapshot> limited = new ConcurrentLinkedQueue<>();

    IdleReplicaRegressionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void logThatArrivesAtOnceIsNoLagThoughTheLastTransactionWasLongAgo() {
        cluster.primary().execute("create table if not exists quiet (id int)");
        cluster.awaitReplayed(PATIENCE);
        ReactiveDatabaseManager db = Databases.start(
                cluster,
                config -> config.monitoring(MonitoringConfig.defaults()
                                .withProbeInterval(Duration.ofMillis(50))
                                .withHealthInterval(Duration.ofMillis(50))
                                .withMaxReplicaLag(BOUND))
                        .listener(topology));
        try {
            await("the last transaction is long ago", this::isIdle);
            topology.clear();
            Disposable watch = db.health()
                    .filter(seen -> seen.nodes().stream().anyMatch(node -> node.state() == State.LIMITED))
                    .subscribe(limited::add);

            // Much log and no commit, for some times the bound.
            cluster.primary().execute("""
                    do $$
                    begin
                      for i in 1..60 loop
                        perform pg_logical_emit_message(true, 'much', repeat('x', 100000));
                        perform pg_sleep(0.05);
                      end loop;
                    end $$""");
            watch.dispose();

            assertThat(List.copyOf(limited)).isEmpty();
            assertThat(topology.of(ReplicaLagging.class)).isEmpty();
        } finally {
            db.shutdown().block(PATIENCE);
        }
    }

    private boolean isIdle() {
        return Boolean.parseBoolean(cluster.replicas()
                .get(0)
                .queryOne("select (clock_timestamp() - pg_last_xact_replay_timestamp() > interval '%d ms')::text"
                        .formatted(2 * BOUND.toMillis())));
    }
}
