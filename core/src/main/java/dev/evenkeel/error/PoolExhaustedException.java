package dev.evenkeel.error;

import java.time.Duration;

/**
 * No connection became free in time, too many callers wait already, or more of them arrive than can be served; nothing was
 * executed.
 */
public final class PoolExhaustedException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    private final Duration queueAge;
    private final Duration retryAfter;

    public PoolExhaustedException(Failure failure, Duration queueAge, Duration retryAfter) {
        super(failure);
        this.queueAge = queueAge;
        this.retryAfter = retryAfter;
    }

    /** How long this caller, or the one who has waited longest, has waited for a connection. */
    public Duration queueAge() {
        return queueAge;
    }

    /** Before that another try has little chance; at least a second. For HTTP's {@code Retry-After}. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
