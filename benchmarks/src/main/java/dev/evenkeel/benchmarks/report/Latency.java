package dev.evenkeel.benchmarks.report;

/** How long an operation took from its beginning to its answer: half of them at most so, and all but one in a hundred. */
public record Latency(double medianNanos, double p99Nanos) {

    public static final Latency UNKNOWN = new Latency(Double.NaN, Double.NaN);
}
