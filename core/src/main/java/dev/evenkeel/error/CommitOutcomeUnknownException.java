package dev.evenkeel.error;

/** COMMIT was sent and its answer was lost: the transaction is either applied as a whole or not at all. Look before repeating it. */
public final class CommitOutcomeUnknownException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    public CommitOutcomeUnknownException(Failure failure) {
        super(failure);
    }
}
