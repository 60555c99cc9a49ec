package dev.evenkeel.error;

/** The transaction lost against a concurrent one (serialization failure or deadlock) and was rolled back. */
public final class TransactionConflictException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    public TransactionConflictException(Failure failure) {
        super(failure);
    }
}
