package dev.evenkeel.error;

/** The manager is shutting down or closed and takes no new work. */
public final class ManagerClosedException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    public ManagerClosedException(Failure failure) {
        super(failure);
    }

    /** For a call that came after the shutdown had begun. */
    public static ManagerClosedException refusing(String requestId) {
        return new ManagerClosedException(Failure.of(
                        "MANAGER_CLOSED",
                        ErrorType.CONNECTION,
                        "The database manager is shutting down and takes no new calls",
                        "stop what sends work before the manager is shut down")
                .in(requestId));
    }
}
