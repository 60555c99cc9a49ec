package dev.evenkeel.benchmarks.report;

import java.util.List;
import java.util.stream.IntStream;

/** Puts ratios on a line, each power of two equally far from the next; from a half to two at least. */
record ChartScale(int leastPower, int mostPower, double left, double right) {

    static ChartScale of(List<Spread> ratios, double left, double right) {
        int least = ratios.stream()
                .mapToInt(ratio -> (int) Math.floor(power(ratio.least())))
                .reduce(-1, Math::min);
        int most = ratios.stream()
                .mapToInt(ratio -> (int) Math.ceil(power(ratio.most())))
                .reduce(1, Math::max);
        return new ChartScale(least, most, left, right);
    }

    /** Not one that would be infinitely far away, as that of a peer without a single good answer. */
    static boolean shows(Spread ratio) {
        return ratio.least() > 0 && Double.isFinite(ratio.most());
    }

    double x(double ratio) {
        return left + (right - left) * (power(ratio) - leastPower) / (mostPower - leastPower);
    }

    /** The powers of two within it. */
    List<Double> marks() {
        return IntStream.rangeClosed(leastPower, mostPower)
                .mapToObj(power -> Math.pow(2, power))
                .toList();
    }

    private static double power(double ratio) {
        return Math.log(ratio) / Math.log(2);
    }
}
