package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.event.TopologyEvent.NodeQuarantined;
import dev.evenkeel.event.TopologyEvent.NodeReplaced;
import dev.evenkeel.testkit.ClusterSpec;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/**
 * Under a name answers another server than before: a replica that was rebuilt from an older copy, or another machine after
 * the name has moved. The proxy is the name, a replica whose replay is paused is the older copy.
 */
@WithPostgres(replicas = 2, isolated = true)
class RebuiltReplicaIT {

    /** Long enough that only what is done about it, and not the next probe by chance, keeps old data out. */
    private static final Duration RARELY = Duration.ofSeconds(2);

    private final PostgresCluster cluster;
    private final TopologyLog topology = new TopologyLog();
    private final PostgresNode current;
    private final PostgresNode behind;
    private ReactiveDatabaseManager db;

    RebuiltReplicaIT(PostgresCluster cluster) {
        this.cluster = cluster;
        this.current = cluster.replicas().get(0);
        this.behind = cluster.replicas().get(1);
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary().execute("drop table if exists counter; create table counter as select 0 as n");
        cluster.awaitReplayed(PATIENCE);
        cluster.pauseReplay(behind);
        cluster.proxy(current).redirect(current.host(), current.port());
        db = start(cluster.url(cluster.primary()), cluster.proxyUrl(current));
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    private ReactiveDatabaseManager start(String primary, String... replicas) {
        DatabaseConfig.Builder config = DatabaseConfig.builder()
                .primary(primary)
                .pool(PoolConfig.builder().minSize(0).maxSize(4).lanes(2).build())
                .monitoring(MonitoringConfig.defaults().withProbeInterval(RARELY))
                .callTimeout(Duration.ofSeconds(10))
                .listener(topology);
        for (String replica : replicas) {
            config.replica(replica);
        }
        return Databases.start(config.build());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
        cluster.resumeReplay(behind);
    }

    private record Seen(int n, int port) {}

    private Mono<Seen> read() {
        return db.query("select n, inet_server_port() from counter")
                .readOnly()
                .one(row -> new Seen(row.get(0, Integer.class), row.get(1, Integer.class)));
    }

    private void increment() {
        db.query("update counter set n = n + 1").rowsUpdated().block(PATIENCE);
    }

    /** The probe is made to see where the replica is, so that reads go there. */
    private void awaitReadsOn(PostgresNode node) {
        await("reads on " + node, () -> read().block(PATIENCE).port() == node.port());
    }

    @Test
    void aReplicaThatCameBackWithOlderDataServesNoReadUntilItHasCaughtUp() {
        increment();
        awaitReadsOn(current);

        cluster.proxy(current).redirect(behind.host(), behind.port()).reset();
        for (int i = 0; i < 50; i++) {
            assertThat(read().block(PATIENCE).n()).isEqualTo(1);
        }
        topology.await(NodeReplaced.class);
        assertThat(read().block(PATIENCE).port()).isEqualTo(cluster.primary().port());

        cluster.resumeReplay(behind);
        awaitReadsOn(behind);
        assertThat(read().block(PATIENCE).n()).isEqualTo(1);
    }

    @Test
    void aNameThatLeadsToAnOlderReplicaWhileTheFormerOneStillAnswersServesNoOldRead() {
        increment();
        awaitReadsOn(current);

        cluster.proxy(current).redirect(behind.host(), behind.port());
        db.rotateConnections().block(PATIENCE);

        for (int i = 0; i < 50; i++) {
            assertThat(read().block(PATIENCE).n()).isEqualTo(1);
        }
        topology.await(NodeReplaced.class);
    }

    @Test
    void aSessionDoesNotTakeThePositionOfTheRebuiltReplicaForWhatItHasSeenOnTheFormerOne() {
        increment();
        awaitReadsOn(current);
        ReadSession session = ReadSession.create();
        Mono<Seen> inSession = read().contextWrite(CallContext.session(session));
        assertThat(inSession.block(PATIENCE)).isEqualTo(new Seen(1, current.port()));

        cluster.proxy(current).redirect(behind.host(), behind.port()).reset();
        db.healthCheck().block(PATIENCE);

        for (int i = 0; i < 20; i++) {
            assertThat(inSession.block(PATIENCE).n()).isEqualTo(1);
        }
    }

    @Test
    void aReplicaOfAnotherClusterUnderTheSameNameServesNothing() {
        increment();
        awaitReadsOn(current);
        try (PostgresCluster stranger = PostgresCluster.start(ClusterSpec.withReplicas(0))) {
            stranger.primary().execute("create table counter as select 7 as n");

            cluster.proxy(current)
                    .redirect(stranger.primary().host(), stranger.primary().port())
                    .reset();
            for (int i = 0; i < 20; i++) {
                assertThat(read().block(PATIENCE).n()).isEqualTo(1);
            }
            topology.await(NodeQuarantined.class);
            assertThat(db.query("select n from counter")
                            .readOnly(ReadConsistency.EVENTUAL)
                            .one(row -> row.get(0, Integer.class))
                            .block(PATIENCE))
                    .isEqualTo(1);
            cluster.proxy(current).redirect(current.host(), current.port()).reset();
        }
    }

    /** The former primary is not down: only the name has moved, as in a failover by DNS. */
    @Test
    void aNameThatMovedToThePromotedReplicaTakesAllWritesWithIt() {
        PostgresNode former = cluster.primary();
        db.shutdown().block(PATIENCE);
        db = start(cluster.proxyUrl(former));
        increment();
        cluster.resumeReplay(behind);
        cluster.awaitReplayed(PATIENCE);

        cluster.promote(current);
        cluster.proxy(former).redirect(current.host(), current.port());
        db.rotateConnections().block(PATIENCE);
        for (int i = 0; i < 20; i++) {
            increment();
        }

        assertThat(former.queryOne("select n from counter")).isEqualTo("1");
        assertThat(current.queryOne("select n from counter")).isEqualTo("21");
        cluster.reclone(former);
        cluster.pauseReplay(behind);
    }
}
