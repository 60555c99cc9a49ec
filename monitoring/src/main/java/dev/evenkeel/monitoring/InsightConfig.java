package dev.evenkeel.monitoring;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import dev.evenkeel.config.Require;
import java.time.Duration;

/**
 * How closely statements are watched. Immutable.
 *
 * @param slowThreshold a statement that takes longer is written to the log; default 250 ms
 * @param slowLogPerMinute most entries of the log in a minute, the rest is counted; 0 to 10,000, default 60
 * @param statements most different statements that are told apart, the others are counted together; 10 to 10,000, default 1,000;
 *     each costs about 8 kB
 * @param window times are of the last one to two windows; default 5 min
 * @param repeats so many executions of one query with parameters, on behalf of one request, are reported as N+1; 2 to 10,000,
 *     default 10
 * @param executedPlans whether plans that auto_explain sends are collected, which costs a little for each row; default false
 */
public record InsightConfig(
        Duration slowThreshold,
        int slowLogPerMinute,
        int statements,
        Duration window,
        int repeats,
        boolean executedPlans) {

    public InsightConfig {
        Require.between("insight.slowThreshold", slowThreshold, ofMillis(1), ofMinutes(10), "the default is 250 ms");
        Require.between("insight.slowLogPerMinute", slowLogPerMinute, 0, 10_000, "0 switches the log off");
        Require.between("insight.statements", statements, 10, 10_000, "the default is 1000");
        Require.between("insight.window", window, ofSeconds(1), ofMinutes(60), "the default is 5 min");
        Require.between("insight.repeats", repeats, 2, 10_000, "the default is 10");
    }

    public static InsightConfig defaults() {
        return new InsightConfig(ofMillis(250), 60, 1_000, ofMinutes(5), 10, false);
    }

    public InsightConfig withSlowThreshold(Duration threshold) {
        return new InsightConfig(threshold, slowLogPerMinute, statements, window, repeats, executedPlans);
    }

    public InsightConfig withSlowLogPerMinute(int entries) {
        return new InsightConfig(slowThreshold, entries, statements, window, repeats, executedPlans);
    }

    public InsightConfig withStatements(int most) {
        return new InsightConfig(slowThreshold, slowLogPerMinute, most, window, repeats, executedPlans);
    }

    public InsightConfig withWindow(Duration length) {
        return new InsightConfig(slowThreshold, slowLogPerMinute, statements, length, repeats, executedPlans);
    }

    public InsightConfig withRepeats(int most) {
        return new InsightConfig(slowThreshold, slowLogPerMinute, statements, window, most, executedPlans);
    }

    public InsightConfig withExecutedPlans(boolean collected) {
        return new InsightConfig(slowThreshold, slowLogPerMinute, statements, window, repeats, collected);
    }
}
