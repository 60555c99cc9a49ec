package dev.evenkeel.monitoring.advice;

import dev.evenkeel.monitoring.Recommendation;
import java.util.List;

/**
 * What the rules have found on one server. Immutable.
 *
 * @param skipped rules that could not be asked, and why
 */
public record Advice(List<Recommendation> found, List<Skipped> skipped) {

    public Advice {
        found = List.copyOf(found);
        skipped = List.copyOf(skipped);
    }

    /** A rule that could not be asked; {@code reason} is the SQLSTATE or the kind of failure. */
    public record Skipped(String rule, String reason) {}
}
