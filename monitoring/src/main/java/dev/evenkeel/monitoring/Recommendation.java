package dev.evenkeel.monitoring;

import java.util.List;
import java.util.Map;

/**
 * Something that should be changed, and why. Immutable.
 *
 * @param rule the kind of finding, such as {@code duplicate-index}; stable
 * @param severity how urgent it is
 * @param object what it is about: {@code schema.name}, a node, a statement's fingerprint; together with {@code rule} it is the
 *     same finding
 * @param summary one sentence
 * @param evidence the figures that it rests on, by name; no values of rows
 * @param impact what it costs now, and what the remedy costs
 * @param remedy statements to run, in this order; empty when the remedy is not a statement but is in {@code impact}
 */
public record Recommendation(
        String rule,
        Severity severity,
        String object,
        String summary,
        Map<String, String> evidence,
        String impact,
        List<String> remedy) {

    public Recommendation {
        evidence = Map.copyOf(evidence);
        remedy = List.copyOf(remedy);
    }

    /** Identifies the finding over time. */
    public String key() {
        return rule + ":" + object;
    }

    /** How urgent a finding is. */
    public enum Severity {
        /** Nice to know. */
        INFO,
        /** Costs time or space, or will. */
        WARNING,
        /** Will stop the service, or does. */
        CRITICAL
    }
}
