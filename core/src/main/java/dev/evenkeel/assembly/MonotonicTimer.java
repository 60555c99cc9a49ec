package dev.evenkeel.assembly;

import dev.evenkeel.time.LimitTimer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * A scheduler whose clock only ever goes forward. Reactor's own tell the time of day, to the millisecond: when that is set,
 * deadlines would strike or never come, and every pooled connection would look too old at once. See {@link LimitTimer} for what is
 * to happen later.
 */
public record MonotonicTimer(Scheduler threads, LimitTimer limits) implements Scheduler {

    public MonotonicTimer(Scheduler threads) {
        this(threads, new LimitTimer(threads));
    }

    @Override
    public long now(TimeUnit unit) {
        return unit.convert(System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public Disposable schedule(Runnable task) {
        return threads.schedule(task);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        return limits.schedule(task, Duration.ofNanos(unit.toNanos(delay)));
    }

    @Override
    public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
        return threads.schedulePeriodically(task, initialDelay, period, unit);
    }

    @Override
    public Worker createWorker() {
        return threads.createWorker();
    }
}
