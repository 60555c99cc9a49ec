package dev.evenkeel.benchmarks.report;

import java.util.Locale;

/** Numbers as the tables write them; a dash for one that there is not. */
final class Figures {

    static final String NONE = "–";

    private Figures() {}

    static String of(String format, double number) {
        return Double.isFinite(number) ? String.format(Locale.ROOT, format, number) : NONE;
    }

    static String ratio(Spread ratio) {
        return of("%.2f", ratio.median());
    }

    static String range(Spread ratio) {
        return Double.isFinite(ratio.least()) && Double.isFinite(ratio.most())
                ? String.format(Locale.ROOT, "%.2f..%.2f", ratio.least(), ratio.most())
                : NONE;
    }

    static String duration(double nanos) {
        if (nanos < 10e3) {
            return of("%.2f µs", nanos / 1e3);
        }
        return nanos < 10e6 ? of("%,.0f µs", nanos / 1e3) : of("%,.1f ms", nanos / 1e6);
    }

    static String megabytes(long bytes) {
        return of("%.2f MB", bytes / (double) (1 << 20));
    }
}
