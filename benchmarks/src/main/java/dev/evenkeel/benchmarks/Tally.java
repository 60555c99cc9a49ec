package dev.evenkeel.benchmarks;

import dev.evenkeel.benchmarks.report.Latency;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.AtomicHistogram;
import org.jspecify.annotations.Nullable;

/** How the operations of all callers have ended. */
final class Tally {

    private static final long LONGEST = TimeUnit.MINUTES.toNanos(10);
    private static final int DIGITS = 3;

    private final AtomicHistogram latencies = new AtomicHistogram(LONGEST, DIGITS);
    private final LongAdder errors = new LongAdder();
    private final AtomicReference<String> firstError = new AtomicReference<>("");

    /** @param right whether the answer was the expected one */
    void ended(long nanos, boolean right, @Nullable Throwable failure) {
        if (failure == null && right) {
            latencies.recordValue(Math.min(nanos, LONGEST));
        } else {
            errors.increment();
            firstError.compareAndSet("", failure == null ? "a wrong answer" : failure.toString());
        }
    }

    long operations() {
        return latencies.getTotalCount();
    }

    Latency latency() {
        return new Latency(latencies.getValueAtPercentile(50), latencies.getValueAtPercentile(99));
    }

    long errors() {
        return errors.sum();
    }

    /** Empty when there was none. */
    String firstError() {
        return firstError.get();
    }
}
