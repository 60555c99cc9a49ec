package dev.evenkeel.monitoring;

import java.time.Duration;

/**
 * The server executes a statement in another way than before. Immutable.
 *
 * @param fingerprint of the statement
 * @param sql without literals
 * @param before what it did before: kinds of steps, tables and indexes
 * @param after what it does now
 * @param meanBefore what it took at the client then
 * @param meanAfter what it takes now
 */
public record PlanChange(
        String fingerprint, String sql, String before, String after, Duration meanBefore, Duration meanAfter) {

    /** Whether it takes more than twice as long. */
    public boolean isRegression() {
        return meanAfter.compareTo(meanBefore.multipliedBy(2)) > 0;
    }
}
