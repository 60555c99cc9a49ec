package dev.evenkeel.monitoring.query;

import dev.evenkeel.monitoring.ClientTimes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What one statement took lately: in this window and the one before. Thread-safe. */
final class StatementHistory {

    private final StatementId id;
    private final String sample;
    private final List<Class<?>> types;
    private volatile long turn;
    private volatile StatementWindow previous = new StatementWindow();
    private volatile StatementWindow current = new StatementWindow();

    /** The {@code sample} is one of the texts that it has; {@code turn} counts the windows. */
    StatementHistory(StatementId id, String sample, List<Class<?>> types, long turn) {
        this.id = id;
        this.sample = sample;
        this.types = types;
        this.turn = turn;
    }

    StatementId id() {
        return id;
    }

    /** One of the texts that were executed, literals included: for EXPLAIN only. */
    String sample() {
        return sample;
    }

    /** Of the parameters that were bound to it first. */
    List<Class<?>> types() {
        return types;
    }

    void record(long now, Duration took, long rows, @Nullable String failure) {
        turnTo(now);
        current.record(took, rows, failure);
    }

    long lastUsed() {
        return turn;
    }

    private void turnTo(long now) {
        if (now > turn) {
            synchronized (this) {
                if (now > turn) {
                    previous = now == turn + 1 ? current : new StatementWindow();
                    current = new StatementWindow();
                    turn = now;
                }
            }
        }
    }

    ClientTimes times(long now) {
        turnTo(now);
        StatementWindow older = previous;
        StatementWindow newer = current;
        Histogram both = StatementWindow.empty();
        older.addTo(both);
        newer.addTo(both);
        Map<String, Long> errors = new TreeMap<>();
        Stream.of(older, newer)
                .forEach(window ->
                        window.errors().forEach((state, count) -> errors.merge(state, count.sum(), Long::sum)));
        long calls = both.getTotalCount();
        long total = older.micros() + newer.micros();
        return new ClientTimes(
                calls,
                micros(total),
                micros(calls == 0 ? 0 : total / calls),
                micros(both.getValueAtPercentile(50)),
                micros(both.getValueAtPercentile(95)),
                micros(both.getValueAtPercentile(99)),
                micros(both.getMaxValue()),
                older.rows() + newer.rows(),
                errors);
    }

    private static Duration micros(long micros) {
        return Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(micros));
    }
}
