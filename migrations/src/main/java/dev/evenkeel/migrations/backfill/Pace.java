package dev.evenkeel.migrations.backfill;

import dev.evenkeel.migrations.Backfill;
import java.time.Duration;

/**
 * How many rows the next batch has.
 *
 * @param size from 10 to 10,000
 */
record Pace(int size) {

    private static final int FEWEST = 10;
    private static final int MOST = 10_000;

    /** Few, as nothing is known of the table yet. */
    static final Pace FIRST = new Pace(100);

    /** Nearer to the batch time, by a factor of two at most: one measurement does not tell much. */
    Pace after(Duration elapsed, Backfill backfill) {
        double factor = (double) backfill.batchTime().toNanos() / Math.max(1, elapsed.toNanos());
        return bounded(size * Math.min(2, Math.max(0.5, factor)));
    }

    /** The fewer rows, the less likely one of them is locked. */
    Pace halved() {
        return bounded(size / 2.0);
    }

    private static Pace bounded(double rows) {
        return new Pace((int) Math.min(MOST, Math.max(FEWEST, rows)));
    }

    /** Pause after work that took so long, in units of that time. */
    static double restFactor(Backfill backfill) {
        return (1 - backfill.dutyCycle()) / backfill.dutyCycle();
    }
}
