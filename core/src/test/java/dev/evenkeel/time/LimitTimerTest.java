package dev.evenkeel.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

class LimitTimerTest {

    private static final Duration LIMIT = Duration.ofMillis(150);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Keeps what it is to run, and remembers how long that should have taken. */
    private static final class Kept implements Scheduler {

        private final Queue<Runnable> tasks = new ArrayDeque<>();
        private final Queue<Long> millis = new ArrayDeque<>();
        private boolean closed;

        @Override
        public Disposable schedule(Runnable task) {
            return schedule(task, 0, TimeUnit.NANOSECONDS);
        }

        @Override
        public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
            if (closed) {
                throw new RejectedExecutionException("closed");
            }
            tasks.add(task);
            millis.add(unit.toMillis(delay));
            return Disposables.single();
        }

        @Override
        public Worker createWorker() {
            throw new UnsupportedOperationException();
        }

        void next() {
            tasks.remove().run();
        }
    }

    private final Kept kept = new Kept();
    private final LimitTimer timer = new LimitTimer(kept);
    private final AtomicInteger strikes = new AtomicInteger();

    @Test
    void setsNoTimerForWhatIsCalledOffSoon() {
        for (int i = 0; i < 1_000; i++) {
            timer.schedule(strikes::incrementAndGet, LIMIT).dispose();
        }

        assertThat(kept.tasks).as("one look for all of them").hasSize(1);
        kept.next();
        assertThat(kept.tasks).isEmpty();
        assertThat(strikes).hasValue(0);
    }

    @Test
    void looksAgainForWhatComesLater() {
        timer.schedule(strikes::incrementAndGet, LIMIT).dispose();
        kept.next();
        timer.schedule(strikes::incrementAndGet, LIMIT);
        kept.next();

        kept.next();

        assertThat(strikes).hasValue(1);
    }

    @Test
    void asksForWhatIsLeftOfTheDelay() {
        timer.schedule(strikes::incrementAndGet, LIMIT);
        kept.millis.clear();
        kept.next();

        assertThat(kept.millis)
                .singleElement()
                .satisfies(left -> assertThat(left).isBetween(0L, LIMIT.toMillis()));
    }

    @Test
    void whatIsCalledOffLateDoesNotStrike() {
        Disposable limit = timer.schedule(strikes::incrementAndGet, LIMIT);
        kept.next();

        limit.dispose();
        kept.next();

        assertThat(limit.isDisposed()).isTrue();
        assertThat(strikes).hasValue(0);
    }

    /** With many callers at once each call takes longer than it is from one look to the next. */
    @Test
    void setsNoTimerForWhatIsCalledOffAfterAWhileEither() {
        List<Disposable> limits = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            limits.add(timer.schedule(strikes::incrementAndGet, LONG));
        }
        kept.next();
        kept.next();
        assertThat(kept.tasks).as("one look for all of them").hasSize(1);

        limits.forEach(Disposable::dispose);
        kept.next();

        assertThat(kept.tasks).isEmpty();
        assertThat(strikes).hasValue(0);
    }

    @Test
    void whatIsLongKeepsBeingLookedAtUntilLittleIsLeft() throws InterruptedException {
        LimitTimer real = new LimitTimer(Schedulers.parallel());
        CountDownLatch struck = new CountDownLatch(1);
        Duration delay = Duration.ofMillis(450);
        long due = System.nanoTime() + delay.toNanos();

        real.schedule(struck::countDown, delay);

        assertThat(struck.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(System.nanoTime()).isGreaterThanOrEqualTo(due);
    }

    @Test
    void whatIsLongStrikesWhenTheSchedulerIsClosedMeanwhile() {
        timer.schedule(strikes::incrementAndGet, LONG);
        kept.closed = true;

        kept.next();

        assertThat(strikes).hasValue(1);
    }

    /** Nobody is to wait for ever because a limit cannot be set. */
    @Test
    void strikesWhenTheSchedulerIsClosed() {
        timer.schedule(strikes::incrementAndGet, LIMIT);
        kept.closed = true;

        kept.next();

        assertThat(strikes).hasValue(1);
    }

    @Test
    void whatComesWhenTheSchedulerIsClosedDoesNotWaitForEver() {
        kept.closed = true;

        timer.schedule(strikes::incrementAndGet, LIMIT);
        timer.schedule(strikes::incrementAndGet, LIMIT);

        assertThat(strikes).hasValue(2);
    }

    @Test
    void strikesOnceAndNotTooEarlyWhoeverAsks() throws InterruptedException {
        LimitTimer real = new LimitTimer(Schedulers.parallel());
        int each = 5_000;
        CountDownLatch struck = new CountDownLatch(4 * each);
        AtomicInteger early = new AtomicInteger();
        Runnable asking = () -> {
            for (int i = 0; i < each; i++) {
                Duration delay = Duration.ofMillis(10 + i % 40);
                long due = System.nanoTime() + delay.toNanos();
                real.schedule(
                        () -> {
                            early.addAndGet(System.nanoTime() < due ? 1 : 0);
                            strikes.incrementAndGet();
                            struck.countDown();
                        },
                        delay);
            }
        };

        for (int i = 0; i < 4; i++) {
            Schedulers.boundedElastic().schedule(asking);
        }

        assertThat(struck.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(strikes).hasValue(4 * each);
        assertThat(early).hasValue(0);
    }
}
