package dev.evenkeel.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

class MonotonicTimerTest {

    private final MonotonicTimer timer = new MonotonicTimer(Schedulers.parallel());

    /** The time of day can be set; whoever reads it would see that here. */
    @Test
    void tellsTheTimeOfTheClockThatNobodyCanSet() {
        long before = System.nanoTime();
        long now = timer.now(TimeUnit.NANOSECONDS);

        assertThat(now).isBetween(before, System.nanoTime());
        assertThat(timer.now(TimeUnit.MILLISECONDS)).isBetween(before / 1_000_000, System.nanoTime() / 1_000_000);
    }

    @Test
    void runsWhatIsDue() {
        assertThat(Mono.delay(Duration.ofMillis(1), timer).block(Duration.ofSeconds(5)))
                .isZero();
    }
}
