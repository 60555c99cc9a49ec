package dev.evenkeel.spring.page;

import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.event.CallCompleted;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.StatementCompleted;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.AtomicHistogram;
import org.jspecify.annotations.Nullable;

/** Counts and times what the manager does, from one look to the next. Thread-safe; wait-free where calls end. */
final class Traffic implements DatabaseListener {

    private static final long LONGEST_MICROS = TimeUnit.HOURS.toMicros(1);
    private static final int DIGITS = 2;
    private static final double MICROS_OF_A_MILLI = 1_000;

    private final LongAdder statements = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final AtomicReference<AtomicHistogram> times = new AtomicReference<>(empty());
    private long lookedNanos = System.nanoTime();

    /**
     * What has happened since the look before.
     *
     * @param statements in a second
     * @param errors in a second
     * @param p50 milliseconds; {@code null} when no call has ended
     */
    record Look(
            double statements,
            double errors,
            @Nullable Double p50,
            @Nullable Double p99) {}

    @Override
    public boolean wantsStatements() {
        return true;
    }

    @Override
    public void onStatementCompleted(StatementCompleted event) {
        statements.increment();
    }

    @Override
    public void onCallCompleted(CallCompleted event) {
        times.get().recordValue(micros(event.total()));
        // What the user's own function throws is its decision, not the database's failure.
        if (event.error() instanceof DatabaseException) {
            errors.increment();
        }
    }

    private static long micros(Duration time) {
        return Math.min(LONGEST_MICROS, Math.max(0, TimeUnit.NANOSECONDS.toMicros(time.toNanos())));
    }

    /** A call that ends at this very moment may be missing from the times. */
    synchronized Look look() {
        long now = System.nanoTime();
        double seconds = Math.max(now - lookedNanos, 1) / (double) TimeUnit.SECONDS.toNanos(1);
        lookedNanos = now;
        AtomicHistogram ended = times.getAndSet(empty());
        boolean quiet = ended.getTotalCount() == 0;
        return new Look(
                statements.sumThenReset() / seconds,
                errors.sumThenReset() / seconds,
                quiet ? null : ended.getValueAtPercentile(50) / MICROS_OF_A_MILLI,
                quiet ? null : ended.getValueAtPercentile(99) / MICROS_OF_A_MILLI);
    }

    private static AtomicHistogram empty() {
        return new AtomicHistogram(LONGEST_MICROS, DIGITS);
    }
}
