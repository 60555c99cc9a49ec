package dev.evenkeel.error;

/** No connection became free in time, or too many callers wait already; nothing was executed. */
public final class PoolExhaustedException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    public PoolExhaustedException(Failure failure) {
        super(failure);
    }
}
