package dev.evenkeel;

/**
 * What has become of a pool since the start, read at one moment. Immutable.
 *
 * @param opened connections that were opened
 * @param closed connections that were closed, whoever did it
 * @param leaseWait time that the calls which ended on this node had waited for connections
 */
public record PoolHistory(long opened, long closed, DatabaseMetrics.Latency leaseWait) {}
