package dev.evenkeel.lane;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How fast a lane is served, and for how long the first in line has been. Belongs to the lane's event loop, but for what is said to be
 * thread-safe.
 */
final class Pace {

    /** Whoever is served for so long keeps the others waiting, unless that is how long everything takes here. */
    static final Duration PATIENCE = Duration.ofMillis(30);

    private static final int TIMES_AS_LONG_AS_USUAL = 10;

    /** The server holds back the answers of a group until its end, so it should not take longer than this. */
    private static final double GROUP_NANOS = 4e6;

    private static final int MOST_IN_A_GROUP = 128;

    /** A connection of its own costs a query some fifty microseconds of processor time: little beside this. */
    private static final double SLOW_NANOS = 1e6;

    /** Pauses of the machine make every measurement longer, none shorter: what is shorter says more. */
    private static final double WEIGHT_OF_LONGER = 1.0 / 16;

    private static final double WEIGHT_OF_SHORTER = 1.0 / 4;

    private final LongSupplier clock;

    /** Until something was measured: a simple statement. */
    private double nanosEach = 50e3;

    private double nanosEachGroup;
    private double leastNanosEach;
    private long roundTrip;
    private long headSince;
    private long groupSince;
    private long suspected;
    private volatile boolean slow;

    /**
     * @param roundTrip how long the way to the server and back takes at least
     * @param clock in nanoseconds
     */
    Pace(Duration roundTrip, LongSupplier clock) {
        this.roundTrip = roundTrip.toNanos();
        this.clock = clock;
    }

    /** Something is on the wire again. */
    void begin() {
        headSince = clock.getAsLong();
        groupSince = headSince;
    }

    /** The first in line has been served. Returns for how many nanoseconds. */
    long served() {
        long now = clock.getAsLong();
        long took = now - headSince;
        headSince = now;
        return took;
    }

    /** For so many nanoseconds the first in line has been waited for. */
    long elapsed() {
        return clock.getAsLong() - headSince;
    }

    /** Beyond so many nanoseconds the first in line keeps the others waiting. */
    long patience() {
        return Math.max(PATIENCE.toNanos() + roundTrip, (long) (TIMES_AS_LONG_AS_USUAL * nanosEachGroup));
    }

    /** For {@link #ended}: when a group leaves. */
    long now() {
        return clock.getAsLong();
    }

    /**
     * The first group is over, which left at that moment. The server has not been at it before it had ended the one before it, nor before
     * it had come there.
     */
    void ended(int members, long leftNanos) {
        long took = headSince - groupSince;
        long onItsWay = headSince - leftNanos;
        roundTrip = Math.min(roundTrip, onItsWay);
        double served = Math.min(took, onItsWay - roundTrip);
        nanosEach += (served / members - nanosEach) / 16;
        nanosEachGroup += (took - nanosEachGroup) / 16;
        double longer = served / members - leastNanosEach;
        leastNanosEach += longer * (longer > 0 ? WEIGHT_OF_LONGER : WEIGHT_OF_SHORTER);
        slow = leastNanosEach > SLOW_NANOS;
        groupSince = headSince;
    }

    /**
     * Whether queries lately take the server so long that one behind another is better off on a connection of its own, where the
     * server works on both at once. Thread-safe.
     */
    boolean isSlow() {
        return slow;
    }

    int groupSize() {
        return (int) Math.max(1, Math.min(MOST_IN_A_GROUP, GROUP_NANOS / nanosEach));
    }

    /**
     * Whether the first in line keeps the others waiting; to be asked now and then while there is one. Says so only when asked a
     * second time: the first time the answer may have been there, and the event loop busy elsewhere.
     */
    boolean isStuck() {
        if (elapsed() <= patience()) {
            return false;
        }
        boolean confirmed = suspected == headSince;
        suspected = headSince;
        return confirmed;
    }
}
