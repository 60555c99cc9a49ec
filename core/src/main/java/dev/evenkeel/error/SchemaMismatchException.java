package dev.evenkeel.error;

/** The statement names a table, column, function or schema that the database does not have. */
public final class SchemaMismatchException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    public SchemaMismatchException(Failure failure) {
        super(failure);
    }
}
