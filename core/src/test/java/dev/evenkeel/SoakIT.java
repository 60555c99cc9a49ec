package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * All kinds of calls at once, some of them given up half-way, for a while: the heap does not grow and nothing is left behind. How
 * latencies go is logged. So many laps of so many seconds: {@code -Devenkeel.test.soak=20 -Devenkeel.test.lap=60}.
 */
@WithPostgres(isolated = true, replicas = 1)
class SoakIT {

    private static final Logger figures = LoggerFactory.getLogger("figures");
    private static final int LAPS = Integer.getInteger("evenkeel.test.soak", 3);
    private static final Duration LAP = Duration.ofSeconds(Integer.getInteger("evenkeel.test.lap", 2));
    private static final int CALLERS = 32;
    private static final int ROWS = 1_000;

    /** What a server of 32 callers may hold more at one moment than at another. */
    private static final long SLACK = 8L << 20;

    private final PostgresCluster cluster;
    private final LongAdder calls = new LongAdder();
    private final LongAdder givenUp = new LongAdder();
    private ReactiveDatabaseManager db;

    SoakIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary()
                .execute("create table item (id int primary key, n bigint not null);"
                        + " insert into item select g, 0 from generate_series(1, %d) g;".formatted(ROWS)
                        + " create table entry (id bigint, name text)");
        db = Databases.start(
                cluster,
                config -> config.pool(
                        PoolConfig.builder().minSize(8).maxSize(8).lanes(2).build()));
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private static int any() {
        return ThreadLocalRandom.current().nextInt(1, ROWS + 1);
    }

    private Query add(int id) {
        return db.query("update item set n = n + 1 where id = $1", id);
    }

    private Query read(int id) {
        return db.query("select n from item where id = $1", id);
    }

    private Mono<?> anyCall() {
        int id = any();
        return switch (ThreadLocalRandom.current().nextInt(8)) {
            case 0 -> add(id).rowsUpdated();
            case 1 ->
                db.inTransaction(conn ->
                        add(id).on(conn).rowsUpdated().then(read(id).on(conn).one(row -> row.get(0, Long.class))));
            case 2 -> read(id).after(add(id)).one(row -> row.get(0, Long.class));
            case 3 ->
                db.insertInto("entry", "id", "name")
                        .rows(Flux.range(0, 20).map(i -> List.of(i, "entry " + i)))
                        .last();
            case 4 ->
                db.query("select id, n from item")
                        .readOnly()
                        .map(row -> row.get(0, Integer.class))
                        .count();
            default -> read(id).readOnly().one(row -> row.get(0, Long.class));
        };
    }

    /** One of fifty is given up at some moment. */
    private Mono<Void> call(Histogram latency) {
        return Mono.defer(() -> {
            calls.increment();
            if (ThreadLocalRandom.current().nextInt(50) == 0) {
                Duration patience = Duration.ofNanos(ThreadLocalRandom.current().nextInt(3_000_000));
                return anyCall().then().takeUntilOther(Mono.delay(patience)).doFinally(end -> givenUp.increment());
            }
            long begun = System.nanoTime();
            return anyCall().then().doOnSuccess(end -> latency.recordValue(System.nanoTime() - begun));
        });
    }

    private Histogram lap() {
        Histogram latency = new ConcurrentHistogram(Duration.ofMinutes(1).toNanos(), 3);
        long end = System.nanoTime() + LAP.toNanos();
        Flux.range(0, CALLERS)
                .flatMap(caller -> call(latency).repeat(() -> System.nanoTime() - end < 0), CALLERS)
                .then()
                .block(LAP.plus(PATIENCE));
        return latency;
    }

    /** The least of a few looks: what only waits to be collected does not count. */
    private static long liveHeap() {
        long least = Long.MAX_VALUE;
        for (int look = 0; look < 3; look++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    @Test
    void theHeapDoesNotGrowAndNothingIsLeftBehind() {
        lap();
        long first = liveHeap();
        List<Long> heaps = new ArrayList<>();
        for (int i = 1; i <= LAPS; i++) {
            Histogram latency = lap();
            cluster.primary().execute("truncate entry");
            heaps.add(liveHeap());
            figures.info(
                    "lap {} of {}: {} calls, {} given up; p50 {}, p99 {}; {} kB live",
                    i,
                    LAPS,
                    calls.sum(),
                    givenUp.sum(),
                    Duration.ofNanos(latency.getValueAtPercentile(50)),
                    Duration.ofNanos(latency.getValueAtPercentile(99)),
                    heaps.get(i - 1) / 1024);
        }

        await("all connections are back", () -> db.metrics().leased() == 0);
        assertThat(heaps.get(heaps.size() - 1)).isLessThan(first + SLACK);
        assertThat(givenUp.sum()).isPositive();
        assertThat(db.metrics().failures()).as("calls that failed").isZero();
    }
}
