package dev.evenkeel;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import reactor.core.scheduler.Scheduler;

/**
 * A moment by which a call must have ended, on the clock of a scheduler. Immutable.
 *
 * @param nanos that moment, as {@code scheduler.now(NANOSECONDS)} will show it
 * @param allowed how long the call had in all, for messages
 */
public record Deadline(long nanos, Duration allowed) {

    /** Later than any moment that a clock will show. */
    public static final Deadline NEVER = new Deadline(Long.MAX_VALUE, Duration.ofNanos(Long.MAX_VALUE));

    public static Deadline in(Duration allowed, Scheduler clock) {
        return new Deadline(clock.now(TimeUnit.NANOSECONDS) + allowed.toNanos(), allowed);
    }

    /** Never negative. */
    public Duration remaining(Scheduler clock) {
        return nanos == Long.MAX_VALUE
                ? allowed
                : Duration.ofNanos(Math.max(0, nanos - clock.now(TimeUnit.NANOSECONDS)));
    }

    public Deadline earlier(Deadline other) {
        return other.nanos < nanos ? other : this;
    }
}
