package dev.evenkeel.node;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import reactor.core.scheduler.Scheduler;

/**
 * For how long a connection may be handed out: while its pool is in the epoch in which it was opened, and up to an age. Immutable.
 *
 * @param begunNanos when it was opened, by the clock
 */
record Lifetime(long epoch, Duration longest, long begunNanos, Scheduler clock) {

    private static final double SPREAD = 0.15;

    /** From now on, a little shorter than the {@code longest} at random, so that not all connections end at once. */
    static Lifetime begin(long epoch, Duration longest, Scheduler clock) {
        double share = 1 - SPREAD * ThreadLocalRandom.current().nextDouble();
        return new Lifetime(
                epoch, Duration.ofMillis((long) (longest.toMillis() * share)), clock.now(TimeUnit.NANOSECONDS), clock);
    }

    Duration age() {
        return Duration.ofNanos(ageNanos());
    }

    private long ageNanos() {
        return clock.now(TimeUnit.NANOSECONDS) - begunNanos;
    }

    /** Whether the pool, now in the {@code current} epoch, has given up all that it had opened by then. */
    boolean isRetired(long current) {
        return epoch < current;
    }

    boolean isExpired() {
        return ageNanos() >= longest.toNanos();
    }
}
