package dev.evenkeel.benchmarks;

/**
 * One round of one workload on one peer.
 *
 * @param operations how many ended well; none ended otherwise
 * @param nanos from the first subscription to the last answer
 * @param bytes allocated meanwhile by all threads
 */
record Sample(long operations, long nanos, long bytes) {

    double perSecond() {
        return operations * 1e9 / nanos;
    }

    double bytesPerOperation() {
        return (double) bytes / operations;
    }
}
