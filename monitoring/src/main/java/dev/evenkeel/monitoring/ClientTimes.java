package dev.evenkeel.monitoring;

import java.time.Duration;
import java.util.Map;

/**
 * What the executions of a statement took, as the application saw it: the network and a slow subscriber included, the wait for a
 * connection not. Percentiles are accurate to 6 %. Immutable.
 *
 * @param calls executions, failed and cancelled ones included
 * @param rows emitted or changed, all together
 * @param errors how often it ended with which SQLSTATE; {@code cancelled} for a caller that went away
 */
public record ClientTimes(
        long calls,
        Duration total,
        Duration mean,
        Duration p50,
        Duration p95,
        Duration p99,
        Duration max,
        long rows,
        Map<String, Long> errors) {

    public ClientTimes {
        errors = Map.copyOf(errors);
    }
}
