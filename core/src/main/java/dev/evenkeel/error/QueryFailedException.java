package dev.evenkeel.error;

/** The server refused the statement. */
public final class QueryFailedException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    public QueryFailedException(Failure failure) {
        super(failure);
    }
}
