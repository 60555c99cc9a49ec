package dev.evenkeel.monitoring;

import dev.evenkeel.monitoring.Recommendation.Severity;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Something has gone wrong, or is well again. Immutable; no values of rows and no secrets are in it.
 *
 * @param rule the rule that says so; together with {@code object} it is the same alert
 * @param object what it is about: a node as {@code host:port}, or {@code database}
 * @param since when it began, by the application's clock
 * @param summary one sentence
 * @param evidence the figures that it rests on, by name
 * @param remedy what to do, in words
 */
public record Alert(
        String rule,
        Severity severity,
        String object,
        State state,
        Instant since,
        String summary,
        Map<String, String> evidence,
        List<String> remedy) {

    public Alert {
        evidence = Map.copyOf(evidence);
        remedy = List.copyOf(remedy);
    }

    /** Whether it goes on. */
    public enum State {
        FIRING,
        /** Told once. */
        RESOLVED
    }
}
