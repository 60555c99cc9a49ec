package dev.evenkeel.time;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.util.concurrent.Queues;

/**
 * Sets timers for limits that are hardly ever reached. Thread-safe.
 *
 * <p>How this works: every call has a limit of seconds and is over within a millisecond or two. An ordinary timer is a place in a
 * heap under a lock, and wakes its thread each time that it becomes the next one. So a limit is only noted here. Every few
 * milliseconds, if anything was noted, somebody looks what has not been called off meanwhile; only that gets a timer, which
 * strikes at the time that was asked for.
 */
public final class LimitTimer {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);

    /** Of a shorter one little would be left when somebody looks. */
    private static final Duration SHORTEST_NOTED = BETWEEN_LOOKS.multipliedBy(2);

    private final Scheduler threads;
    private final Queue<Limit> noted = Queues.<Limit>unboundedMultiproducer().get();
    private final AtomicBoolean looking = new AtomicBoolean();

    public LimitTimer(Scheduler threads) {
        this.threads = threads;
    }

    /**
     * Runs the action on a thread of the scheduler when the delay is over, unless the answer is disposed of; at once when the
     * scheduler is closed meanwhile. When it is closed already it refuses.
     */
    public Disposable schedule(Runnable action, Duration delay) {
        if (delay.compareTo(SHORTEST_NOTED) < 0 || threads.isDisposed()) {
            return threads.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
        }
        Limit limit = new Limit(action, System.nanoTime() + delay.toNanos());
        noted.offer(limit);
        lookLater();
        return limit;
    }

    private void lookLater() {
        if (looking.compareAndSet(false, true)) {
            try {
                threads.schedule(this::look, BETWEEN_LOOKS.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException closed) {
                look();
            }
        }
    }

    private void look() {
        try {
            for (Limit limit = noted.poll(); limit != null; limit = noted.poll()) {
                limit.set(threads);
            }
        } finally {
            looking.set(false);
            if (!noted.isEmpty()) {
                lookLater();
            }
        }
    }

    private static final class Limit implements Disposable, Runnable {

        private final long at;
        private volatile @Nullable Runnable action;
        private volatile @Nullable Disposable timer;

        Limit(Runnable action, long at) {
            this.action = action;
            this.at = at;
        }

        /** When the scheduler is closed nobody is to wait for a limit that never strikes. */
        void set(Scheduler threads) {
            if (action == null) {
                return;
            }
            try {
                timer = threads.schedule(this, Math.max(0, at - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException closed) {
                run();
            }
            if (action == null) {
                dispose();
            }
        }

        @Override
        public void run() {
            Runnable due = action;
            action = null;
            if (due != null) {
                due.run();
            }
        }

        @Override
        public void dispose() {
            action = null;
            Disposable set = timer;
            if (set != null) {
                set.dispose();
            }
        }

        @Override
        public boolean isDisposed() {
            return action == null;
        }
    }
}
