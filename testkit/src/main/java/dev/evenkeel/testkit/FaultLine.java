package dev.evenkeel.testkit;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The faults in force in one direction; confined to the proxy's event loop. */
final class FaultLine {

    static final long NO_CUT = -1;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private long latencyNanos;
    private long jitterNanos;
    private long bytesPerSecond;
    private long cutAfterBytes = NO_CUT;
    private boolean blackhole;

    void delay(Duration latency, Duration jitter) {
        latencyNanos = latency.toNanos();
        jitterNanos = jitter.toNanos();
    }

    void throttle(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    void cutAfter(long bytes) {
        cutAfterBytes = bytes;
    }

    void blackhole() {
        blackhole = true;
    }

    void heal() {
        delay(Duration.ZERO, Duration.ZERO);
        throttle(0);
        cutAfter(NO_CUT);
        blackhole = false;
    }

    boolean isBlackhole() {
        return blackhole;
    }

    long cutAfterBytes() {
        return cutAfterBytes;
    }

    /** The share of the jitter is drawn once per part, so that changing the delay never reorders or redraws. */
    long delayNanos(double shareOfJitter) {
        return latencyNanos + (long) (jitterNanos * shareOfJitter);
    }

    /** How long so many bytes occupy the line. */
    long sendingNanos(int bytes) {
        return bytesPerSecond == 0 ? 0 : (long) ((double) bytes * SECOND / bytesPerSecond);
    }

    /** How many of so many bytes may leave at once: a slow line gets slices, so that bytes trickle. */
    int slice(int bytes, long nanos) {
        if (bytesPerSecond == 0) {
            return bytes;
        }
        double worth = (double) bytesPerSecond * nanos / SECOND;
        return (int) Math.min(bytes, Math.max(1, worth));
    }
}
