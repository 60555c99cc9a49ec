package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

@WithPostgres
class StreamingIT {

    private static final long ROWS = 1_000_000;
    private static final int BATCH = 2_000;
    private static final long BOUND_BYTES = 64L << 20;

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    StreamingIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        db = Databases.start(cluster);
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private static long liveHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Test
    void aSlowConsumerOfAMillionRowsHoldsLittleMemory() {
        long before = liveHeap();
        AtomicLong most = new AtomicLong();
        AtomicLong seen = new AtomicLong();

        db.query("select g, md5(g::text), repeat('x', 100) from generate_series(1, $1::bigint) g", ROWS)
                .readOnly()
                .timeout(Duration.ofMinutes(2))
                .map(row -> row.get(2, String.class))
                .buffer(BATCH)
                .publishOn(Schedulers.boundedElastic(), 1)
                .concatMap(
                        batch -> Mono.delay(Duration.ofMillis(2)).doOnNext(slow -> {
                            if (seen.addAndGet(batch.size()) % (50L * BATCH) == 0) {
                                most.accumulateAndGet(liveHeap() - before, Math::max);
                            }
                        }),
                        1)
                .blockLast(Duration.ofMinutes(2));

        assertThat(seen).hasValue(ROWS);
        System.out.printf("streaming %,d rows to a slow consumer held %.1f MB%n", ROWS, most.get() / 1048576.0);
        assertThat(most.get()).isLessThan(BOUND_BYTES);
    }
}
