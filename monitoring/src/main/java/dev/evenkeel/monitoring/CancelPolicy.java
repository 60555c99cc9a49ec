package dev.evenkeel.monitoring;

import dev.evenkeel.config.Require;
import java.time.Duration;

/**
 * Which statements are stopped, and how. Immutable. Maintenance is never among them: vacuum, building of indexes, replication,
 * dumps, migrations and our own inspection.
 *
 * @param olderThan only what has run longer; at least 100 ms, default 60 s
 * @param scope whose
 * @param action how
 * @param most so many at once on each node, the oldest first; 1 to 1,000, default 10
 * @param reportOnly say what would be stopped, and stop nothing; default false
 */
public record CancelPolicy(Duration olderThan, Scope scope, Action action, int most, boolean reportOnly) {

    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final int MOST = 1_000;

    public CancelPolicy {
        Require.atLeast("cancel.olderThan", olderThan, SHORTEST, "the default is 60 s");
        Require.between("cancel.most", most, 1, MOST, "the default is 10");
    }

    public static CancelPolicy defaults() {
        return new CancelPolicy(Duration.ofMinutes(1), Scope.OWN, Action.CANCEL, 10, false);
    }

    public CancelPolicy olderThan(Duration age) {
        return new CancelPolicy(age, scope, action, most, reportOnly);
    }

    public CancelPolicy scope(Scope whose) {
        return new CancelPolicy(olderThan, whose, action, most, reportOnly);
    }

    public CancelPolicy action(Action how) {
        return new CancelPolicy(olderThan, scope, how, most, reportOnly);
    }

    public CancelPolicy most(int number) {
        return new CancelPolicy(olderThan, scope, action, number, reportOnly);
    }

    /** The same, but nothing is stopped. */
    public CancelPolicy reporting() {
        return new CancelPolicy(olderThan, scope, action, most, true);
    }

    /** Whose statements. */
    public enum Scope {
        /** Those of sessions with this application's name and role. */
        OWN,
        /** Those of this role, whatever the application is called. */
        ROLE,
        /** Everybody's in this database; needs the rights of {@code pg_signal_backend}. */
        DATABASE
    }

    /** How they are stopped. */
    public enum Action {
        /** The statement ends with an error, the session goes on. */
        CANCEL,
        /** The session ends; also stops one that is idle in a transaction, which has no statement to cancel. */
        TERMINATE
    }
}
