package dev.evenkeel.migrations.backfill;

import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.Backfill;
import java.util.Map;

/** Why a backfill cannot go on, in words. */
final class Refusals {

    private Refusals() {}

    static MigrationException noColumn(Backfill backfill, String schema) {
        return refusal(
                "BACKFILL_NO_TABLE",
                backfill,
                "there is no table %s.%s with a column %s".formatted(schema, backfill.table(), backfill.key()),
                "correct the names, they are case-sensitive",
                "say in which schema the table is: Backfill.of(..).schema(..)");
    }

    static MigrationException noKey(Backfill backfill) {
        return refusal(
                "BACKFILL_NO_KEY",
                backfill,
                "column %s of table %s is not a key".formatted(backfill.key(), backfill.table()),
                "choose a column that is NOT NULL and has a valid unique index of its own, not partial, not deferrable, and with its own collation");
    }

    static MigrationException otherPlace(Backfill backfill) {
        return refusal(
                "BACKFILL_CHANGED",
                backfill,
                "a backfill of this name has begun with another table or key",
                "give this one another name",
                "begin anew: Backfill.of(..).restart()");
    }

    static MigrationException otherDefinition(Backfill backfill) {
        return refusal(
                "BACKFILL_CHANGED",
                backfill,
                "a backfill of this name is done, but has set something else",
                "give this one another name",
                "begin anew: Backfill.of(..).restart()");
    }

    static MigrationException gone(Backfill backfill) {
        return refusal(
                "BACKFILL_GONE",
                backfill,
                "somebody has deleted its row in evenkeel_backfill",
                "run it again: it begins with the first row");
    }

    private static MigrationException refusal(String code, Backfill backfill, String what, String... remedies) {
        return new MigrationException(
                Failure.of(code, ErrorType.SCHEMA, "Backfill %s: %s".formatted(backfill.name(), what), remedies)
                        .with(Map.of("backfill", backfill.name())));
    }

    /** What a caller sees: who cannot be reached says so itself, everything else says in which statement it was. */
    static Throwable failed(Throwable error, Backfill backfill) {
        if (!(error instanceof DatabaseException failure)
                || error instanceof MigrationException
                || failure.type() == ErrorType.CONNECTION) {
            return error;
        }
        String outline = Target.outline(backfill);
        return new MigrationException(Failure.of(
                        failure.code(),
                        ErrorType.SCHEMA,
                        "Backfill %s stopped at %s: %s; the batches before stay"
                                .formatted(backfill.name(), outline, failure.summary()),
                        "remove the cause, or correct the expression, and run it again: it goes on behind the last batch")
                .with(Map.of("backfill", backfill.name(), "outline", outline))
                .retryable(failure.safeToRetry())
                .causedBy(error)
                .in(failure.requestId()));
    }
}
