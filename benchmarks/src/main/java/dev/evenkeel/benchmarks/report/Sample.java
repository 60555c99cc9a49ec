package dev.evenkeel.benchmarks.report;

/**
 * One round of one workload on one peer.
 *
 * @param operations how many ended with the expected answer
 * @param nanos from the first begin to the last answer
 * @param bytes allocated meanwhile by all threads; {@link Double#NaN} when unknown
 * @param cpuNanos that the client's process has computed meanwhile; unlike the other time it does not depend on who else
 *     computes; {@link Double#NaN} when unknown
 * @param latency of those operations
 * @param errors how many ended otherwise
 * @param firstError one of these; empty when there was none
 */
public record Sample(
        long operations, double nanos, double bytes, double cpuNanos, Latency latency, long errors, String firstError) {

    /** Nothing was done, because of this. */
    public static Sample failed(String error) {
        return new Sample(0, 1, Double.NaN, Double.NaN, Latency.UNKNOWN, 1, error);
    }

    double perSecond() {
        return operations * 1e9 / nanos;
    }

    double cpuMicrosPerOperation() {
        return cpuNanos / 1e3 / operations;
    }

    double bytesPerOperation() {
        return bytes / operations;
    }
}
