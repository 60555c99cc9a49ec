package dev.evenkeel.benchmarks;

/**
 * One round of one workload on one peer.
 *
 * @param operations how many ended well; none ended otherwise
 * @param nanos from the first subscription to the last answer
 * @param bytes allocated meanwhile by all threads
 * @param cpuNanos that this process has computed meanwhile; unlike the other time it does not depend on who else computes
 */
record Sample(long operations, long nanos, long bytes, long cpuNanos) {

    double perSecond() {
        return operations * 1e9 / nanos;
    }

    double cpuMicrosPerOperation() {
        return cpuNanos / 1e3 / operations;
    }

    double bytesPerOperation() {
        return (double) bytes / operations;
    }
}
