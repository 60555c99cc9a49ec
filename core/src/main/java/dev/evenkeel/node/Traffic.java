package dev.evenkeel.node;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.LeaseMisuseException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Knows whether anything that one lease began may still be on the wire. Thread-safe.
 *
 * <p>How this works: every exchange with the server is counted from its beginning to its answer. A cancelled exchange goes on
 * on the server, unseen, and nothing that the driver shows afterwards tells reliably when it is over: results end before the
 * server is ready again, and statements complete before they are sent. So after a cancel the wire counts as busy for the rest
 * of the lease; its release waits for the answer to a statement of its own, which the server gives last.
 *
 * <p>Each lease has traffic of its own that is closed with it, so that a statement or result which outlives its lease is
 * refused instead of talking into the next one. A caller that is just handing its statement to the driver when the lease
 * is closed, as a cancel from another thread can bring about, is seen in {@link #isHandingOver()}: where its bytes end up in
 * the order of the wire is not known.
 */
final class Traffic {

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger handingOver = new AtomicInteger();
    private volatile boolean cancelled;
    private volatile boolean closed;

    /**
     * An exchange begins; {@link #answered} or {@link #cancelled} must follow.
     *
     * @throws LeaseMisuseException when the lease is over
     */
    void begin() {
        // Counted before the look at 'closed', which is set before the count is looked at: one of the two sides sees
        // it.
        open.incrementAndGet();
        if (closed) {
            open.decrementAndGet();
            throw new LeaseMisuseException(Failure.of(
                    "LEASE_RELEASED",
                    ErrorType.QUERY,
                    "A connection, statement or result is used after its connection was released",
                    "finish all work inside the function that got the connection",
                    "collect rows before the function returns"));
        }
    }

    /** The driver is about to get an exchange; {@link #handedOver()} must follow. */
    void handOver() {
        handingOver.incrementAndGet();
    }

    void handedOver() {
        handingOver.decrementAndGet();
    }

    void answered() {
        open.decrementAndGet();
    }

    void cancelled() {
        cancelled = true;
        open.decrementAndGet();
    }

    boolean quiet() {
        return open.get() == 0 && !cancelled;
    }

    boolean isHandingOver() {
        return handingOver.get() > 0;
    }

    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }
}
