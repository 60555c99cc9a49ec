package dev.evenkeel.error;

/**
 * The schema could not be changed, taken back or checked: a migration is broken, was edited after it had run, is missing, or
 * is refused because it would stop the traffic. {@code code()} tells which, {@code details()} where it stopped. What was
 * applied before stays applied; of the migration that failed nothing is, unless the message says so.
 */
public final class MigrationException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    public MigrationException(Failure failure) {
        super(failure);
    }
}
