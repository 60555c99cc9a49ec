package dev.evenkeel.health;

import dev.evenkeel.DatabaseMetrics.Latency;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/**
 * Times and failures of the last half to whole minute, and of all time. Recording is wait-free but for once in
 * a window; reading takes a lock.
 *
 * <p>Two windows take turns: the one that is being filled, and the full one before it. So a reading never covers less than
 * the length of a window once there was traffic for so long.
 */
final class RecentCalls {

    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int DIGITS = 2;

    /** An hour in microseconds: a longer call counts as one of an hour. */
    private static final long LONGEST = TimeUnit.HOURS.toMicros(1);

    /** Of all time. Not HdrHistogram's recorder, whose reader sleeps while somebody records: readers are on event loops, too. */
    private final AtomicHistogram times = new AtomicHistogram(LONGEST, DIGITS);

    private final LongAdder failures = new LongAdder();
    private Histogram collected = new Histogram(LONGEST, DIGITS);
    private Window previous = new Window();
    private Window current = new Window();
    private volatile long turnedNanos = System.nanoTime();

    void record(Duration time, boolean failed) {
        long micros = Math.min(LONGEST, Math.max(0, TimeUnit.NANOSECONDS.toMicros(time.toNanos())));
        times.recordValue(micros);
        if (failed) {
            failures.increment();
        }
        if (System.nanoTime() - turnedNanos > WINDOW_NANOS) {
            turn();
        }
    }

    private synchronized void turn() {
        collect();
    }

    synchronized Latency total() {
        collect();
        return latency(collected);
    }

    synchronized Latency recent() {
        collect();
        Histogram both = previous.times.copy();
        both.add(current.times);
        return latency(both);
    }

    /** Share of the recent calls that failed; 0 when there was none. */
    synchronized double recentErrorRate() {
        collect();
        long calls = previous.times.getTotalCount() + current.times.getTotalCount();
        return calls == 0 ? 0 : (double) (previous.failed + current.failed) / calls;
    }

    /**
     * What was recorded since the last turn belongs to the window that began then: had it been later, it would have turned
     * the windows itself.
     */
    private void collect() {
        Histogram total = new Histogram(LONGEST, DIGITS);
        total.add(times);
        Histogram fresh = total.copy();
        fresh.subtract(collected);
        collected = total;
        current.add(fresh, failures.sumThenReset());
        long now = System.nanoTime();
        long passed = (now - turnedNanos) / WINDOW_NANOS;
        if (passed > 0) {
            previous = passed == 1 ? current : new Window();
            current = new Window();
            turnedNanos = now;
        }
    }

    private static Latency latency(Histogram times) {
        return new Latency(
                times.getTotalCount(),
                micros((long) times.getMean()),
                micros(times.getValueAtPercentile(50)),
                micros(times.getValueAtPercentile(95)),
                micros(times.getValueAtPercentile(99)),
                micros(times.getMaxValue()));
    }

    private static Duration micros(long micros) {
        return Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(micros));
    }

    private static final class Window {

        private final Histogram times = new Histogram(LONGEST, DIGITS);
        private long failed;

        void add(Histogram fresh, long failures) {
            times.add(fresh);
            failed += failures;
        }
    }
}
