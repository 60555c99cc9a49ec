package dev.evenkeel.node;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.LeaseMisuseException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Knows whether anything that one lease began is still on the wire. Thread-safe.
 *
 * <p>How this works: every exchange with the server takes a ticket when it begins and ends by an answer or by a cancel. A
 * cancelled exchange goes on on the server, unseen. PostgreSQL answers in order, so an exchange that began after the
 * cancel and was answered proves that the cancelled one is over, too. Nothing but that proof makes the wire quiet again.
 *
 * <p>Each lease has traffic of its own that is closed with it, so that a statement or result which outlives its lease is
 * refused instead of talking into the next one. A caller that is just handing its statement to the driver when the lease
 * is closed, as a cancel from another thread can bring about, is seen in {@link #isHandingOver()}: where its bytes end up in
 * the order of the wire is not known.
 */
final class Traffic {

    private final AtomicLong tickets = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger handingOver = new AtomicInteger();
    private final AtomicLong lastCancelled = new AtomicLong();
    private final AtomicLong lastAnswered = new AtomicLong();
    private volatile boolean closed;

    /**
     * Takes a ticket; {@link #answered} or {@link #cancelled} must follow.
     *
     * @throws LeaseMisuseException when the lease is over
     */
    long begin() {
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
        return tickets.incrementAndGet();
    }

    /** The driver is about to get an exchange; {@link #handedOver()} must follow. */
    void handOver() {
        handingOver.incrementAndGet();
    }

    void handedOver() {
        handingOver.decrementAndGet();
    }

    void answered(long ticket) {
        lastAnswered.accumulateAndGet(ticket, Math::max);
        open.decrementAndGet();
    }

    void cancelled() {
        lastCancelled.set(tickets.incrementAndGet());
        open.decrementAndGet();
    }

    boolean quiet() {
        return open.get() == 0 && lastAnswered.get() >= lastCancelled.get();
    }

    boolean isHandingOver() {
        return handingOver.get() > 0;
    }

    void close() {
        closed = true;
    }
}
