package dev.evenkeel.stage;

import dev.evenkeel.ReadConsistency;
import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.error.Phase;
import dev.evenkeel.route.Intent;
import dev.evenkeel.route.Wish;
import java.time.Duration;

/**
 * On which terms a call runs. Immutable.
 *
 * @param label for events
 * @param wish what its node must be
 * @param phase what losing the connection means as long as the work does not say otherwise
 * @param timeout bound for the whole call
 * @param retry how often and how fast it is repeated
 */
public record Terms(String label, Wish wish, Phase phase, Duration timeout, RetryPolicy retry) {

    public Terms label(String name) {
        return new Terms(name, wish, phase, timeout, retry);
    }

    /** For a read that is as fresh as that. */
    public Terms reading(ReadConsistency level) {
        return new Terms(label, new Wish(Intent.READ, level, wish.maxStaleness()), Phase.READING, timeout, retry);
    }

    public Terms phase(Phase other) {
        return new Terms(label, wish, other, timeout, retry);
    }

    public Terms timeout(Duration bound) {
        return new Terms(label, wish, phase, bound, retry);
    }
}
