package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.event.TopologyEvent.NodeDown;
import dev.evenkeel.event.TopologyEvent.PrimaryElected;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** The server's machine is started anew while its client is idle: it says no farewell to the connections it forgets. */
@WithPostgres(isolated = true)
class HalfOpenIT {

    private static final int POOL = 4;

    private final PostgresCluster cluster;
    private final FaultProxy network;
    private final TopologyLog topology = new TopologyLog();
    private ReactiveDatabaseManager db;

    HalfOpenIT(PostgresCluster cluster) {
        this.cluster = cluster;
        this.network = cluster.proxy(cluster.primary());
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary().execute(Load.TABLE);
        db = Databases.start(DatabaseConfig.builder()
                .primary(cluster.proxyUrl(cluster.primary()))
                .pool(PoolConfig.builder().minSize(POOL).maxSize(POOL).build())
                .callTimeout(Duration.ofSeconds(10))
                .listener(topology)
                .build());
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @AfterEach
    void stop() {
        network.heal();
        db.shutdown().block(PATIENCE);
    }

    /** What the machine sends when it goes down, if anything, does not arrive. */
    private void reboot() {
        cluster.kill(cluster.primary());
        cluster.restart(cluster.primary());
    }

    @Test
    void afterARebootThatTheProbesHaveSeenNoStaleConnectionIsHandedOut() {
        network.blackhole();
        topology.await(NodeDown.class);
        reboot();
        topology.clear();
        network.heal();
        topology.await(PrimaryElected.class);

        Long written = Flux.range(1, POOL)
                .flatMap(id -> db.query("insert into written values ($1)", id).rowsUpdated(), POOL)
                .reduce(0L, Long::sum)
                .block(PATIENCE);

        assertThat(written).isEqualTo(POOL);
        assertThat(Load.doubledOn(cluster.primary())).isEmpty();
    }

    @Test
    void afterARebootThatNobodyHasSeenTheFirstReadsAndTransactionsSucceed() {
        network.blackhole();
        reboot();
        network.heal();

        Flux<Long> reads = Flux.range(1, POOL)
                .flatMap(
                        i -> db.query("select count(*) from written").readOnly().one(row -> row.get(0, Long.class)),
                        POOL);
        Flux<Long> writes = Flux.range(1, POOL)
                .flatMap(
                        id -> db.inTransaction(conn -> db.query("insert into written values ($1)", id)
                                .on(conn)
                                .rowsUpdated()),
                        POOL);

        assertThat(reads.count().block(PATIENCE)).isEqualTo(POOL);
        assertThat(writes.reduce(0L, Long::sum).block(PATIENCE)).isEqualTo(POOL);
        assertThat(Load.doubledOn(cluster.primary())).isEmpty();
    }
}
