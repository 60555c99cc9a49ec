package dev.evenkeel.time;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
 * <p>How this works: every call has a limit of seconds and is over within a few milliseconds. An ordinary timer is a place in a
 * heap under a lock, and wakes its thread each time that it becomes the next one. So a limit is only noted here. Every few
 * milliseconds, if anything was noted, somebody looks what has not been called off meanwhile; that is looked at again now and then.
 * Only what is due before the next look gets a timer, which strikes at the time that was asked for.
 */
public final class LimitTimer {

    private final Scheduler threads;
    private final Round seldom = new Round(Duration.ofMillis(100), null);
    private final Round often = new Round(Duration.ofMillis(5), seldom);

    public LimitTimer(Scheduler threads) {
        this.threads = threads;
    }

    /**
     * Runs the action on a thread of the scheduler when the delay is over, unless the answer is disposed of; at once when the
     * scheduler is closed meanwhile. When it is closed already it refuses.
     */
    public Disposable schedule(Runnable action, Duration delay) {
        if (delay.toNanos() < often.shortestNanos || threads.isDisposed()) {
            return threads.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
        }
        Limit limit = new Limit(action, System.nanoTime() + delay.toNanos());
        often.note(limit);
        return limit;
    }

    /** What is looked at together. */
    private final class Round {

        private final long betweenNanos;
        /** Of a shorter one little would be left when somebody looks. */
        private final long shortestNanos;

        private final Queue<Limit> noted =
                Queues.<Limit>unboundedMultiproducer().get();
        private final AtomicBoolean looking = new AtomicBoolean();
        private final @Nullable Round next;
        /** Of the one who looks. */
        private final List<Limit> later = new ArrayList<>();

        /** What is still there after a look goes to the {@code next} round, or stays here without one. */
        Round(Duration between, @Nullable Round next) {
            this.betweenNanos = between.toNanos();
            this.shortestNanos = 2 * betweenNanos;
            this.next = next;
        }

        void note(Limit limit) {
            noted.offer(limit);
            lookLater();
        }

        private void lookLater() {
            if (looking.compareAndSet(false, true)) {
                try {
                    threads.schedule(this::look, betweenNanos, TimeUnit.NANOSECONDS);
                } catch (RejectedExecutionException closed) {
                    strikeAll();
                }
            }
        }

        private void look() {
            Round after = next == null ? this : next;
            try {
                long now = System.nanoTime();
                for (Limit limit = noted.poll(); limit != null; limit = noted.poll()) {
                    if (limit.isDisposed()) {
                        continue;
                    }
                    if (limit.at - now >= after.shortestNanos) {
                        later.add(limit);
                    } else {
                        limit.set(threads);
                    }
                }
            } finally {
                for (Limit limit : later) {
                    after.note(limit);
                }
                later.clear();
                looking.set(false);
                if (!noted.isEmpty()) {
                    lookLater();
                }
            }
        }

        private void strikeAll() {
            try {
                for (Limit limit = noted.poll(); limit != null; limit = noted.poll()) {
                    limit.run();
                }
            } finally {
                looking.set(false);
                if (!noted.isEmpty()) {
                    lookLater();
                }
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
