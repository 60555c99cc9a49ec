package dev.evenkeel.monitoring.query;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes slow statements to the log {@code evenkeel.slow}, so many in a minute, and how many it has left out. Thread-safe. */
final class StatementLog {

    private static final Logger log = LoggerFactory.getLogger("evenkeel.slow");
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final Duration threshold;
    private final int perMinute;
    private final AtomicLong minuteBegan = new AtomicLong(System.nanoTime());
    private final AtomicInteger written = new AtomicInteger();
    private final AtomicLong leftOut = new AtomicLong();

    StatementLog(Duration threshold, int perMinute) {
        this.threshold = threshold;
        this.perMinute = perMinute;
    }

    boolean isSlow(Duration took) {
        return took.compareTo(threshold) >= 0;
    }

    /** The {@code parameters} are in words that give no value away. */
    void slow(Duration took, StatementId id, String node, String request, long rows, Object parameters) {
        nextMinute();
        if (written.incrementAndGet() > perMinute) {
            leftOut.incrementAndGet();
            return;
        }
        log.warn(
                "{} ms on {} (request {}, {} rows) [{}] {} with {}",
                took.toMillis(),
                node,
                request,
                rows,
                id.fingerprint(),
                id.masked(),
                parameters);
    }

    private void nextMinute() {
        long began = minuteBegan.get();
        long now = System.nanoTime();
        if (now - began > MINUTE && minuteBegan.compareAndSet(began, now)) {
            written.set(0);
            long missing = leftOut.getAndSet(0);
            if (missing > 0) {
                log.warn("{} more slow statements were left out of this log in the minute before", missing);
            }
        }
    }
}
