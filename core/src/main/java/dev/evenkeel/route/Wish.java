package dev.evenkeel.route;

import dev.evenkeel.ReadConsistency;
import java.time.Duration;

/**
 * What a call asks of its node.
 *
 * @param intent reading or writing
 * @param consistency how fresh a read must be
 * @param maxStaleness bound for {@code BOUNDED}
 */
public record Wish(Intent intent, ReadConsistency consistency, Duration maxStaleness) {

    /** Whether only the primary will do. */
    boolean needsPrimary() {
        return !mayUseReplica();
    }

    public boolean mayUseReplica() {
        return intent == Intent.READ && consistency != ReadConsistency.STRONG;
    }
}
