package dev.evenkeel.node;

import java.time.Duration;

/**
 * Tells a queue that is only a burst from one that stands: "controlled delay" (CoDel, RFC 8289). Not thread-safe.
 *
 * <p>How this works: the wait of everybody who is served is looked at. After a burst somebody soon is served without much of a
 * wait; if nobody was within the target for a whole interval, more arrives than can be served, and every further second in the
 * queue only makes all answers later. Then whoever has waited longer than twice the target is sent away, so that those who are
 * served have waited a short time. That bound, and not the drop rate of the RFC, is that of Ecto's {@code DBConnection}.
 */
final class ControlledDelay {

    /** How long a queue may be over the target before it counts as standing. */
    static final Duration INTERVAL = Duration.ofSeconds(2);

    private final long targetNanos;
    private boolean standing;
    private boolean observing;
    private long intervalEnd;

    ControlledDelay(Duration target) {
        this.targetNanos = target.toNanos();
    }

    /** Somebody's turn has come after this wait; true if he must be sent away instead of being served. */
    boolean sheds(long now, long waited) {
        if (waited <= targetNanos) {
            standing = false;
            observing = false;
            return false;
        }
        if (!observing) {
            observing = true;
            intervalEnd = now + INTERVAL.toNanos();
        } else if (now - intervalEnd >= 0) {
            standing = true;
        }
        return standing && waited > 2 * targetNanos;
    }
}
