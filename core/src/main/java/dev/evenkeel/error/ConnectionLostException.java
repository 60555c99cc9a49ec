package dev.evenkeel.error;

/** The connection broke while the call was running on it. */
public final class ConnectionLostException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    public ConnectionLostException(Failure failure) {
        super(failure);
    }
}
