package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.event.TopologyEvent.NodeDown;
import dev.evenkeel.event.TopologyEvent.PrimaryElected;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

/** Sessions are ended by {@code pg_terminate_backend}, again and again, while the servers themselves are well. */
@WithPostgres(replicas = 1, isolated = true)
class TerminationStormIT {

    private static final Logger log = LoggerFactory.getLogger("figures");

    /** For the long form: {@code -Devenkeel.test.storm=60}. */
    private static final int SECONDS = Integer.getInteger("evenkeel.test.storm", 2);

    private static final int POOL = 8;

    private static final String ANYBODY = """
            select pg_terminate_backend(pid)
              from (select pid from pg_stat_activity
                     where application_name = 'evenkeel' and state in ('idle', 'active', 'idle in transaction')
                     order by random() limit 1) one""";

    /** Two of them end sessions on each node, because one is not fast enough: together a hundred a second. */
    private static final int STORMS_ON_EACH = 2;

    private static final Duration BETWEEN = Duration.ofMillis(40);

    /**
     * The first repeat of a call that loses its connection is free, further ones are a tenth of all calls. So that few calls
     * meet the storm twice, it waits for the readers on a machine that is too slow for it.
     */
    private static final int READS_FOR_EACH = 4;

    private static final String END_ITSELF = "select pg_terminate_backend(pg_backend_pid())";

    private static final String EVERYBODY =
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'evenkeel'";

    private final PostgresCluster cluster;
    private final TopologyLog topology = new TopologyLog();
    private ReactiveDatabaseManager db;

    TerminationStormIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary().execute(Load.TABLE);
        cluster.awaitReplayed(PATIENCE);
        db = Databases.start(
                cluster,
                config -> config.pool(
                                PoolConfig.builder().minSize(0).maxSize(POOL).build())
                        .retry(RetryPolicy.builder().maxAttempts(10).build())
                        .listener(topology));
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    @Test
    void noReadFailsInAStormOfTerminatedSessionsAndNoWriteIsLostOrDoubled() {
        Load load = Load.start(db, 4, POOL);
        load.nextWrite();
        topology.clear();

        List<CompletableFuture<Integer>> storms = cluster.nodes().stream()
                .flatMap(node -> Collections.nCopies(STORMS_ON_EACH, node).stream())
                .map(node -> CompletableFuture.supplyAsync(() -> storm(node, load)))
                .toList();
        int ended = storms.stream().mapToInt(CompletableFuture::join).sum();
        long over = System.nanoTime();
        Flux.range(0, POOL)
                .flatMap(
                        i -> db.query("select pg_backend_pid() from pg_sleep(0.05)")
                                .idempotent()
                                .rowsUpdated(),
                        POOL)
                .blockLast(PATIENCE);
        log.info("pool full again after the storm: {}", Duration.ofNanos(System.nanoTime() - over));
        load.nextWrite();
        load.stop();

        log.info(
                "storm of {} s, {} sessions ended: {} reads, {} failed; {} writes, {} failed; primary taken for lost {} times",
                SECONDS,
                ended,
                load.reads(),
                load.failedReads().size(),
                load.acknowledged().size(),
                load.failedWrites().size(),
                topology.of(PrimaryElected.class).size());
        assertThat(load.failedReads()).isEmpty();
        assertThat(load.failedWrites()).allMatch(DatabaseException.class::isInstance);
        assertThat(load.missingOn(cluster.primary())).isEmpty();
        assertThat(Load.doubledOn(cluster.primary())).isEmpty();
        assertThat(topology.of(PrimaryElected.class))
                .allMatch(elected -> elected.node().equals(elected.previous()));
    }

    private int storm(PostgresNode node, Load load) {
        long begun = System.nanoTime();
        int ended = 0;
        while (System.nanoTime() - begun < Duration.ofSeconds(SECONDS).toNanos()) {
            int reads = load.reads()
                    + READS_FOR_EACH * STORMS_ON_EACH * cluster.nodes().size();
            long next = System.nanoTime() + BETWEEN.toNanos();
            node.queryAll(ANYBODY);
            ended++;
            LockSupport.parkNanos(next - System.nanoTime());
            await("readers go on", () -> load.reads() >= reads);
        }
        return ended;
    }

    /** Many more than a tenth of all calls: the budget for repeats alone would let most of them fail. */
    @Test
    void callsOfWhichEachLosesOneConnectionAreAllMadeAgain() {
        Set<Integer> lost = ConcurrentHashMap.newKeySet();

        Long made = Flux.range(0, 300)
                .flatMap(
                        call -> db.inTransaction(conn -> db.query(lost.add(call) ? END_ITSELF : "select 1")
                                .on(conn)
                                .rowsUpdated()),
                        POOL)
                .count()
                .block(PATIENCE);

        assertThat(made).isEqualTo(300);
        assertThat(db.metrics().retries()).isGreaterThanOrEqualTo(300);
    }

    /** The probe's session is one like any other: that it was ended says nothing of the server. */
    @Test
    void aServerIsNotTakenForDeadBecauseTheSessionOfItsProbeWasEnded() {
        topology.clear();
        for (int i = 0; i < 20; i++) {
            cluster.nodes().forEach(node -> node.queryAll(EVERYBODY));
            db.healthCheck().block(PATIENCE);
        }

        assertThat(topology.of(NodeDown.class)).isEmpty();
    }
}
