package dev.evenkeel.lane;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What is known of the statements of the application: whether they may share a connection, and which have lately kept others
 * waiting. Thread-safe.
 */
final class SharedStatements {

    /** An application has some hundreds; one that writes values into its statements has ever new ones. */
    private static final int MOST = 2_000;

    /** Before it is tried again, a slow statement takes connections of its own for so many times as long as it took. */
    private static final double TIMES = 20;

    private static final double LEAST_NANOS = Duration.ofSeconds(1).toNanos();
    private static final double MOST_NANOS = Duration.ofMinutes(1).toNanos();

    /** How much one execution says: a single one may have met a pause of ours, unless it took very long. */
    private static final double WEIGHT = 0.25;

    /** One statement. */
    private static final class Known {

        private final int parameters;
        private double usual;
        private volatile boolean avoided;
        private volatile long until;

        Known(int parameters) {
            this.parameters = parameters;
        }

        synchronized void took(double nanos, double patience) {
            usual += WEIGHT * (nanos - usual);
            if (usual > patience) {
                until = System.nanoTime() + (long) Math.min(MOST_NANOS, Math.max(LEAST_NANOS, TIMES * usual));
                avoided = true;
                usual = patience / 2;
            }
        }

        boolean isAvoided() {
            return avoided && System.nanoTime() - until < 0;
        }
    }

    private final ConcurrentMap<String, Known> known = new ConcurrentHashMap<>();

    /** Whether it may run on a lane now, with so many values. */
    boolean mayShare(String sql, int values) {
        Known statement = of(sql);
        return statement.parameters == values && !statement.isAvoided();
    }

    /** One execution took so long, where others are kept waiting by what takes longer than {@code patience}. */
    void took(String sql, long nanos, long patience) {
        of(sql).took((double) nanos, (double) patience);
    }

    private Known of(String sql) {
        Known statement = known.get(sql);
        if (statement == null) {
            if (known.size() >= MOST) {
                known.clear();
            }
            statement = new Known(SharingRules.parametersOf(sql));
            known.put(sql, statement);
        }
        return statement;
    }
}
