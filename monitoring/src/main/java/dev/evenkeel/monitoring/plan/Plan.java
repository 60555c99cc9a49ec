package dev.evenkeel.monitoring.plan;

import org.jspecify.annotations.Nullable;

/**
 * How a statement is, or was, executed. Immutable.
 *
 * @param executionMillis {@code null} when it was not executed, or not timed
 * @param jitMillis spent on compiling it; 0 when it was not compiled
 */
public record Plan(PlanNode root, @Nullable Double executionMillis, double jitMillis) {

    /** The same for plans that do the same with the same tables and indexes; no values are in it. */
    public String shape() {
        return root.shape();
    }
}
