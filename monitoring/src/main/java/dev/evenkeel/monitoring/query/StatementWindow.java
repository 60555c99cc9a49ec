package dev.evenkeel.monitoring.query;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What one statement took during a stretch of time. Thread-safe; wait-free where statements end. */
final class StatementWindow {

    /** One digit keeps a histogram at 4 kB and is wrong by 6 % at most. */
    private static final int DIGITS = 1;

    /** An hour in microseconds: a longer statement counts as one of an hour. */
    private static final long LONGEST = TimeUnit.HOURS.toMicros(1);

    /** There are about 250 SQLSTATEs; an application meets a handful. */
    private static final int MOST_STATES = 32;

    private final AtomicHistogram times = new AtomicHistogram(LONGEST, DIGITS);
    private final LongAdder micros = new LongAdder();
    private final LongAdder rows = new LongAdder();
    private final ConcurrentMap<String, LongAdder> errors = new ConcurrentHashMap<>(2);

    void record(Duration took, long count, @Nullable String failure) {
        long value = Math.min(LONGEST, Math.max(0, TimeUnit.NANOSECONDS.toMicros(took.toNanos())));
        times.recordValue(value);
        micros.add(value);
        rows.add(count);
        if (failure != null && (errors.containsKey(failure) || errors.size() < MOST_STATES)) {
            errors.computeIfAbsent(failure, first -> new LongAdder()).increment();
        }
    }

    void addTo(Histogram sum) {
        sum.add(times);
    }

    long micros() {
        return micros.sum();
    }

    long rows() {
        return rows.sum();
    }

    ConcurrentMap<String, LongAdder> errors() {
        return errors;
    }

    static Histogram empty() {
        return new Histogram(LONGEST, DIGITS);
    }
}
