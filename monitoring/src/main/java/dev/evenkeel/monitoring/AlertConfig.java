package dev.evenkeel.monitoring;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import dev.evenkeel.config.Require;
import dev.evenkeel.error.InvalidConfigurationException;
import java.time.Duration;
import java.util.Set;

/**
 * From where on something is an alert. Immutable.
 *
 * @param disabled names of rules that are switched off; default none
 * @param nodeDown a node that does not answer for so long; default 10 s
 * @param nodeLimited a replica that is too far behind, or a primary that takes no writes, for so long; default 30 s
 * @param poolExhausted a pool without a free connection, and with callers that wait, for so long; default 30 s
 * @param errorRate share of the calls that fail; default 0.05
 * @param retryRate share of the calls that are made again; default 0.1
 * @param slowResponses the 95th percentile of the calls; default 1 s
 * @param sustained how long the rates and times must be so; default 1 min
 * @param window what counts as now for rates and for single events; default 1 min
 * @param recovery how long it must be well before an alert is over; default 15 s
 * @param repeat an alert that goes on is told again after so long; default 4 h
 */
public record AlertConfig(
        Set<String> disabled,
        Duration nodeDown,
        Duration nodeLimited,
        Duration poolExhausted,
        double errorRate,
        double retryRate,
        Duration slowResponses,
        Duration sustained,
        Duration window,
        Duration recovery,
        Duration repeat) {

    public AlertConfig {
        disabled = Set.copyOf(disabled);
        notNegative("nodeDown", nodeDown);
        notNegative("nodeLimited", nodeLimited);
        notNegative("poolExhausted", poolExhausted);
        notNegative("sustained", sustained);
        notNegative("recovery", recovery);
        between("slowResponses", slowResponses, Duration.ofMillis(1), ofHours(1));
        between("window", window, ofSeconds(1), ofHours(1));
        between("repeat", repeat, ofSeconds(1), Duration.ofDays(7));
        share("errorRate", errorRate);
        share("retryRate", retryRate);
    }

    public static AlertConfig defaults() {
        return new AlertConfig(
                Set.of(),
                ofSeconds(10),
                ofSeconds(30),
                ofSeconds(30),
                0.05,
                0.1,
                ofSeconds(1),
                ofMinutes(1),
                ofMinutes(1),
                ofSeconds(15),
                ofHours(4));
    }

    /** The same without these rules. */
    public AlertConfig without(String... rules) {
        return new AlertConfig(
                Set.of(rules),
                nodeDown,
                nodeLimited,
                poolExhausted,
                errorRate,
                retryRate,
                slowResponses,
                sustained,
                window,
                recovery,
                repeat);
    }

    /** The same, but everything counts, and is over, after this time. For tests and the impatient. */
    public AlertConfig within(Duration time) {
        return new AlertConfig(
                disabled, time, time, time, errorRate, retryRate, slowResponses, time, window, time, repeat);
    }

    private static void notNegative(String setting, Duration value) {
        between(setting, value, Duration.ZERO, Duration.ofDays(1));
    }

    private static void between(String setting, Duration value, Duration min, Duration max) {
        Require.between("alerts." + setting, value, min, max, "AlertConfig.defaults() has a sensible one");
    }

    private static void share(String setting, double value) {
        if (!(value > 0 && value <= 1)) {
            throw InvalidConfigurationException.of(
                    "alerts." + setting, value, "more than 0, at most 1", "0.05 is one call of twenty");
        }
    }
}
