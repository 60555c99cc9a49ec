package dev.evenkeel.lane;

import java.time.Duration;

/** How fast a lane is served, and for how long the first in line has been. Belongs to the lane's event loop. */
final class Pace {

    /** Whoever is served for so long keeps the others waiting, unless that is how long everything takes here. */
    static final Duration PATIENCE = Duration.ofMillis(30);

    private static final int TIMES_AS_LONG_AS_USUAL = 10;

    /** The server holds back the answers of a group until its end, so it should not take longer than this. */
    private static final double GROUP_NANOS = 4e6;

    private static final int MOST_IN_A_GROUP = 128;

    /** Until something was measured: a simple statement. */
    private double nanosEach = 50e3;

    private double nanosEachGroup;
    private long headSince;
    private long groupSince;
    private long suspected;

    /** Something is on the wire again. */
    void begin() {
        headSince = System.nanoTime();
        groupSince = headSince;
    }

    /** The first in line has been served. Returns for how many nanoseconds. */
    long served() {
        long now = System.nanoTime();
        long took = now - headSince;
        headSince = now;
        return took;
    }

    /** For so many nanoseconds the first in line has been waited for. */
    long elapsed() {
        return System.nanoTime() - headSince;
    }

    /** Beyond so many nanoseconds the first in line keeps the others waiting. */
    long patience() {
        return Math.max(PATIENCE.toNanos(), (long) (TIMES_AS_LONG_AS_USUAL * nanosEachGroup));
    }

    /** The first group is over. */
    void ended(int members) {
        double took = headSince - groupSince;
        nanosEach += (took / members - nanosEach) / 16;
        nanosEachGroup += (took - nanosEachGroup) / 16;
        groupSince = headSince;
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
