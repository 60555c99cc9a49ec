package dev.evenkeel.migrations.backfill;

import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.DeadlineExceededException;
import dev.evenkeel.error.PoolExhaustedException;
import dev.evenkeel.error.SqlState;

/** What may keep a batch from being applied although nothing is wrong with it: it is tried again after a pause. */
enum Obstacle {
    ROWS_LOCKED("rows are locked by other transactions", true),
    OVERLOAD("no connection is free", true),
    TOO_SLOW("a batch has taken too long", false),
    CONFLICT("a batch was in conflict with other transactions", false),
    UNREACHABLE("the database cannot be reached", false),
    /** Not one: the batch would fail again. */
    NONE("", false);

    private final String reason;
    private final boolean patient;

    Obstacle(String reason, boolean patient) {
        this.reason = reason;
        this.patient = patient;
    }

    String reason() {
        return reason;
    }

    /** Whether it is the traffic's good right, so that it is waited for without a limit. */
    boolean isPatient() {
        return patient;
    }

    /** A COMMIT of unknown outcome is none to fear: the cursor tells what became of it. */
    static Obstacle of(Throwable error) {
        if (!(error instanceof DatabaseException failure)) {
            return NONE;
        }
        if (SqlState.of(failure.code()) == SqlState.LOCK_NOT_AVAILABLE) {
            return ROWS_LOCKED;
        }
        if (error instanceof PoolExhaustedException) {
            return OVERLOAD;
        }
        if (error instanceof DeadlineExceededException) {
            return TOO_SLOW;
        }
        if (SqlState.of(failure.code()) == SqlState.CONFLICT) {
            return CONFLICT;
        }
        return failure.safeToRetry() || error instanceof CommitOutcomeUnknownException ? UNREACHABLE : NONE;
    }
}
