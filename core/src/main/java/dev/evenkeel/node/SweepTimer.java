package dev.evenkeel.node;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * When a pool looks for idle connections that may not stay: after the pause that it asks for, or at once when somebody knows
 * that there are some. The pool has no method for the latter; but it asks this scheduler for each next look. Thread-safe.
 *
 * <p>A look that meets another thread at work in the pool sees nothing, so a few more follow the first one soon.
 */
final class SweepTimer implements Scheduler {

    private static final int FURTHER_LOOKS = 3;
    private static final Duration BETWEEN = Duration.ofMillis(20);

    private final Scheduler timer;
    private @Nullable Look next;
    private int hurried;

    SweepTimer(Scheduler timer) {
        this.timer = timer;
    }

    /** Some may not stay any more. Not on the caller's thread, which may hold locks. */
    synchronized void hurry() {
        hurried = FURTHER_LOOKS;
        if (next != null) {
            timer.schedule(next);
        }
    }

    @Override
    public synchronized Disposable schedule(Runnable look, long delay, TimeUnit unit) {
        Look planned = new Look(look);
        next = planned;
        long nanos = unit.toNanos(delay);
        timer.schedule(planned, hurried > 0 ? Math.min(nanos, BETWEEN.toNanos()) : nanos, TimeUnit.NANOSECONDS);
        hurried = Math.max(0, hurried - 1);
        return planned;
    }

    @Override
    public Disposable schedule(Runnable task) {
        return timer.schedule(task);
    }

    @Override
    public long now(TimeUnit unit) {
        return timer.now(unit);
    }

    @Override
    public Worker createWorker() {
        return timer.createWorker();
    }

    /** Planned twice when somebody is in a hurry; each plans the next one, so it runs once. */
    private static final class Look implements Runnable, Disposable {

        private final Runnable look;
        private final AtomicBoolean over = new AtomicBoolean();

        Look(Runnable look) {
            this.look = look;
        }

        @Override
        public void run() {
            if (over.compareAndSet(false, true)) {
                look.run();
            }
        }

        @Override
        public void dispose() {
            over.set(true);
        }

        @Override
        public boolean isDisposed() {
            return over.get();
        }
    }
}
