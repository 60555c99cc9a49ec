package dev.evenkeel.error;

/** The manager is shutting down or closed and takes no new work. */
public final class ManagerClosedException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    public ManagerClosedException(Failure failure) {
        super(failure);
    }
}
