package dev.evenkeel.migrations;

import dev.evenkeel.config.Require;
import dev.evenkeel.error.InvalidConfigurationException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the effects of migrations are found out. Immutable.
 *
 * @param place where they run
 * @param since only scripts after this version are reported; {@code null}, the default, for those that are not applied yet
 * @param lockTimeout how long a statement may wait for a lock on the live database; default 500 ms
 * @param statementTimeout how long a statement may run on the live database; default 10 s
 */
public record Rehearsal(Place place, @Nullable String since, Duration lockTimeout, Duration statementTimeout) {

    private static final Duration LONGEST = Duration.ofHours(1);

    /** Where migrations are tried. */
    public enum Place {
        /**
         * A database that is made beside the live one, with no rows in it, and dropped again: the role must be allowed to
         * {@code CREATEDB}, and everything that the schema needs must be in the scripts.
         */
        SCRATCH,
        /**
         * The live database, in one transaction that is rolled back. It holds the locks of all scripts until its end: for a
         * copy with real data, or an hour without traffic. So a lock that one script has is not told of a later one. Scripts
         * that do not run in a transaction are left out.
         */
        DATABASE
    }

    public Rehearsal {
        requireBetween("rehearsal.lockTimeout", lockTimeout);
        requireBetween("rehearsal.statementTimeout", statementTimeout);
        if (since != null && place == Place.DATABASE) {
            throw InvalidConfigurationException.of(
                    "rehearsal.since",
                    "'" + since + "'",
                    "none on the live database",
                    "what is applied there cannot run again: use a scratch database");
        }
    }

    private static void requireBetween(String setting, Duration value) {
        Require.between(setting, value, Duration.ofMillis(1), LONGEST, "leave it out for the default");
    }

    public static Rehearsal onScratch() {
        return new Rehearsal(Place.SCRATCH, null, Duration.ofMillis(500), Duration.ofSeconds(10));
    }

    public static Rehearsal onDatabase() {
        return new Rehearsal(Place.DATABASE, null, Duration.ofMillis(500), Duration.ofSeconds(10));
    }

    /** What is deployed: scripts up to this version run, too, but are not reported. */
    public Rehearsal since(String version) {
        return new Rehearsal(place, version, lockTimeout, statementTimeout);
    }

    public Rehearsal lockTimeout(Duration bound) {
        return new Rehearsal(place, since, bound, statementTimeout);
    }

    public Rehearsal statementTimeout(Duration bound) {
        return new Rehearsal(place, since, lockTimeout, bound);
    }
}
