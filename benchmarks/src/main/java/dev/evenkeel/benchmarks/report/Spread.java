package dev.evenkeel.benchmarks.report;

import java.util.stream.DoubleStream;

/** The middle of some numbers, and how far they lie apart. */
record Spread(double least, double median, double most) {

    static final Spread NONE = new Spread(Double.NaN, Double.NaN, Double.NaN);

    /** A {@link Double#NaN} among them counts as the most. */
    static Spread of(DoubleStream numbers) {
        double[] sorted = numbers.sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no numbers");
        }
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1]);
    }
}
