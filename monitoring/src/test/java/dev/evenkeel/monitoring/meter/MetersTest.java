package dev.evenkeel.monitoring.meter;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;

class MetersTest {

    private static final int MOST = 500;
    private static final int THREADS = 4;

    /** Several came with new values, all saw a place left, and all took it. */
    @RepeatedTest(200)
    void theLastPlaceIsGivenOnceRegression() {
        MeterRegistry registry = new SimpleMeterRegistry();
        Meters meters = new Meters(registry);
        IntStream.range(1, MOST).forEach(i -> count(meters, "code " + i));
        CyclicBarrier together = new CyclicBarrier(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);

        List<CompletableFuture<Void>> comers = IntStream.range(0, THREADS)
                .mapToObj(thread -> CompletableFuture.runAsync(
                        () -> {
                            meet(together);
                            count(meters, "late " + thread);
                        },
                        threads))
                .toList();
        comers.forEach(CompletableFuture::join);
        threads.shutdown();

        assertThat(registry.getMeters()).hasSize(MOST + 1);
        assertThat(registry.get("evenkeel.failures")
                        .tags("code", "other")
                        .counter()
                        .count())
                .isEqualTo(THREADS - 1);
    }

    private static void count(Meters meters, String code) {
        meters.counter(DatabaseMeter.FAILURES, code).increment();
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }
}
