package dev.evenkeel.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.test.scheduler.VirtualTimeScheduler;

class SweepTimerTest {

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final SweepTimer timer = new SweepTimer(time);
    private final AtomicInteger looks = new AtomicInteger();
    private Disposable planned;

    @BeforeEach
    void begin() {
        planNext();
    }

    @AfterEach
    void stop() {
        time.dispose();
    }

    /** As the pool does. */
    private void planNext() {
        planned = timer.schedule(this::look, 1, TimeUnit.SECONDS);
    }

    private void look() {
        looks.incrementAndGet();
        planNext();
    }

    @Test
    void looksAfterThePauseThatThePoolAsksFor() {
        time.advanceTimeBy(Duration.ofMillis(999));
        assertThat(looks).hasValue(0);

        time.advanceTimeBy(Duration.ofMillis(2001));
        assertThat(looks).hasValue(3);
    }

    @Test
    void whoIsInAHurryDoesNotWait() {
        timer.hurry();

        assertThat(looks).hasValue(1);
    }

    @Test
    void aFewLooksFollowSoonAndThenTheUsualPause() {
        timer.hurry();
        time.advanceTimeBy(Duration.ofMillis(60));
        assertThat(looks).hasValue(4);

        time.advanceTimeBy(Duration.ofMillis(999));
        assertThat(looks).hasValue(4);
        time.advanceTimeBy(Duration.ofMillis(1));
        assertThat(looks).hasValue(5);
    }

    @Test
    void aHurriedLookIsNotMadeAgainAtItsTime() {
        timer.hurry();
        time.advanceTimeBy(Duration.ofMillis(60));
        planned.dispose();
        time.advanceTimeBy(Duration.ofMinutes(1));

        assertThat(looks).hasValue(4);
    }

    @Test
    void aPoolThatIsDisposedIsNotLookedAtHoweverBigTheHurry() {
        planned.dispose();
        timer.hurry();

        assertThat(looks).hasValue(0);
    }
}
