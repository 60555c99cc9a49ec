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
 * Each lease has traffic of its own that is closed with it, so that a statement or result which outlives its lease is
 * refused instead of talking into the next one.
 */
final class Traffic {

    private final AtomicLong tickets = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong lastCancelled = new AtomicLong();
    private final AtomicLong lastAnswered = new AtomicLong();
    private volatile boolean closed;

    /** @throws LeaseMisuseException when the lease is over */
    long begin() {
        if (closed) {
            throw new LeaseMisuseException(Failure.of(
                    "LEASE_RELEASED",
                    ErrorType.QUERY,
                    "A connection, statement or result is used after its connection was released",
                    "finish all work inside the function that got the connection",
                    "collect rows before the function returns"));
        }
        open.incrementAndGet();
        return tickets.incrementAndGet();
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

    void close() {
        closed = true;
    }
}
