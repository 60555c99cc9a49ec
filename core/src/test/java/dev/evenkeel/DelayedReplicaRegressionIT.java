package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.HealthSnapshot.State;
import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** A replica that has replayed no transaction since its start says nothing of the last one, and that was taken for no lag at all. */
@WithPostgres(replicas = 1, isolated = true)
class DelayedReplicaRegressionIT {

    private static final Duration BOUND = Duration.ofMillis(600);

    private final PostgresCluster cluster;
    private final PostgresNode replica;

    DelayedReplicaRegressionIT(PostgresCluster cluster) {
        this.cluster = cluster;
        this.replica = cluster.replicas().get(0);
    }

    @Test
    void aReplicaThatHoldsEverythingBackServesNoBoundedReadsAfterARestart() {
        cluster.primary().execute("create table counter (n int); insert into counter values (1)");
        cluster.primary().execute("checkpoint");
        cluster.awaitReplayed(PATIENCE);
        replica.execute("checkpoint");
        replica.execute("alter system set recovery_min_apply_delay = '1h'");
        cluster.restart(replica);
        cluster.primary().execute("update counter set n = 2");
        assertThat(replica.queryOne("select coalesce(pg_last_xact_replay_timestamp()::text, 'none')"))
                .isEqualTo("none");
        long written = System.nanoTime();
        await(
                "what is not seen there is older than the bound",
                () -> System.nanoTime() - written > 2 * BOUND.toNanos());

        ReactiveDatabaseManager db = Databases.start(
                cluster,
                config -> config.monitoring(MonitoringConfig.defaults()
                        .withProbeInterval(Duration.ofMillis(50))
                        .withHealthInterval(Duration.ofMillis(50))
                        .withMaxReplicaLag(BOUND)));
        try {
            assertThat(Flux.range(0, 20)
                            .concatMap(i -> db.query("select n from counter")
                                    .readOnly(ReadConsistency.BOUNDED)
                                    .one(row -> row.get(0, Integer.class)))
                            .collectList()
                            .block(PATIENCE))
                    .containsOnly(2);
            assertThat(db.healthCheck().block(PATIENCE).nodes())
                    .filteredOn(node -> node.state() == State.LIMITED)
                    .hasSize(1);
        } finally {
            db.shutdown().block(PATIENCE);
        }
    }
}
