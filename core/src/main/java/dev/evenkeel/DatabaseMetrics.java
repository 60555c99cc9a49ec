package dev.evenkeel;

import java.time.Duration;
import java.util.Map;

/**
 * Counters since the start, read at one moment. Immutable.
 *
 * @param calls calls that ended, however they did
 * @param failures calls that ended with an error
 * @param cancelled calls whose subscriber went away
 * @param retries attempts beyond the first
 * @param latency time of whole calls
 * @param leaseWait time that calls waited for a connection
 * @param pools the pool of each node, by {@code host:port}
 * @param history what has become of the pool of each node, by {@code host:port}
 * @param lanes the shared connections to each node, by {@code host:port}
 */
public record DatabaseMetrics(
        long calls,
        long failures,
        long cancelled,
        long retries,
        Latency latency,
        Latency leaseWait,
        Map<String, PoolMetrics> pools,
        Map<String, PoolHistory> history,
        Map<String, LaneMetrics> lanes) {

    public DatabaseMetrics {
        pools = Map.copyOf(pools);
        history = Map.copyOf(history);
        lanes = Map.copyOf(lanes);
    }

    /** Connections that are leased at this moment, over all nodes. */
    public int leased() {
        return pools.values().stream().mapToInt(PoolMetrics::active).sum();
    }

    /** Callers that wait for a connection at this moment, over all nodes. */
    public int waiting() {
        return pools.values().stream().mapToInt(PoolMetrics::waiting).sum();
    }

    /** A distribution of times; all zero while nothing was recorded. Accurate to two decimal digits. */
    public record Latency(long count, Duration mean, Duration p50, Duration p95, Duration p99, Duration max) {}
}
