package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** When all replicas are gone their reads go to the primary, which must not drown in them. */
@WithPostgres(replicas = 1, isolated = true)
class FallbackReadsIT {

    private static final Logger figures = LoggerFactory.getLogger("figures");

    private static final int CONNECTIONS = 4;
    private static final int READERS = 60;
    private static final int WRITES = 200;

    /** Tells how many of its kind run on the same server at this moment. */
    private static final String READ =
            "/* fallback */ select count(*) from pg_stat_activity, pg_sleep(0.005) where state = 'active'"
                    + " and query like '/* fallback */%'";

    private final PostgresCluster cluster;
    private final Queue<Long> together = new ConcurrentLinkedQueue<>();
    private ReactiveDatabaseManager db;

    FallbackReadsIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary().execute("drop table if exists note; create table note (v int)");
        cluster.awaitReplayed(PATIENCE);
        db = Databases.start(
                cluster,
                config -> config.pool(PoolConfig.builder()
                        .minSize(CONNECTIONS)
                        .maxSize(CONNECTIONS)
                        .build()));
        leaks.watch("leased connections", () -> db.metrics().leased());
        leaks.watch("waiting callers", () -> db.metrics().waiting());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private Mono<Long> read() {
        return db.query(READ)
                .readOnly(ReadConsistency.EVENTUAL)
                .one(row -> row.get(0, Long.class))
                .doOnNext(together::add);
    }

    /** The 99th percentile of writes one after the other. */
    private Duration writeTime() {
        List<Duration> times = new ArrayList<>();
        for (int i = 0; i < WRITES; i++) {
            long asked = System.nanoTime();
            db.inTransaction(conn ->
                            db.query("insert into note values (1)").on(conn).rowsUpdated())
                    .block(PATIENCE);
            times.add(Duration.ofNanos(System.nanoTime() - asked));
        }
        Collections.sort(times);
        return times.get(WRITES * 99 / 100);
    }

    @Test
    void leaveHalfOfThePrimarysConnectionsToItsWriters() {
        PostgresNode replica = cluster.replicas().get(0);
        Disposable readers = Flux.range(0, READERS)
                .flatMap(i -> read().repeat(), READERS)
                .subscribe(count -> {}, failure -> figures.error("must not fail", failure));
        Duration before = writeTime();

        cluster.kill(replica);
        await("the replica is missed", () -> db.healthCheck().block(PATIENCE).status() != HealthStatus.HEALTHY);
        together.clear();
        Duration after = writeTime();
        await("reads go on", () -> together.size() > READERS);

        assertThat(readers.isDisposed()).as("no read has failed").isFalse();
        assertThat(together).allMatch(count -> count <= CONNECTIONS / 2);
        figures.info("writes, p99: {} us with the replica, {} us without", micros(before), micros(after));
        readers.dispose();
        cluster.restart(replica);
        await("all is quiet", () -> db.metrics().leased() == 0);
    }

    private static long micros(Duration time) {
        return time.toNanos() / 1000;
    }
}
