package dev.evenkeel.node;

import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.error.SqlState;
import io.r2dbc.spi.R2dbcException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Knows whether anything that one lease began may still be on the wire. Thread-safe.
 *
 * <p>How this works: every exchange with the server is counted from its beginning to its answer. A cancelled exchange goes on
 * on the server, unseen, and nothing that the driver shows afterwards tells reliably when it is over: results end before the
 * server is ready again, and statements complete before they are sent. So after a cancel the wire counts as busy for the rest
 * of the lease; its release waits for the answer to a statement of its own, which the server gives last. The exception are
 * the exchanges whose end a {@link HeardOut} sees.
 *
 * <p>Each lease has traffic of its own that is closed with it, so that a statement or result which outlives its lease is
 * refused instead of talking into the next one. A caller that is just handing its statement to the driver when the lease
 * is closed, as a cancel from another thread can bring about, is seen in {@link #isHandingOver()}: where its bytes end up in
 * the order of the wire is not known.
 *
 * <p>A BEGIN or COMMIT among the exchanges is counted apart: as long as one may be running, nobody must ask the server to
 * cancel. A cancelled COMMIT might be durable on the primary only; behind a cancelled BEGIN the statement that was sent with it
 * would be a transaction of its own.
 */
final class Traffic implements Exchanges {

    private static final AtomicIntegerFieldUpdater<Traffic> OPEN = counter("open");
    private static final AtomicIntegerFieldUpdater<Traffic> BOUNDARIES = counter("boundaries");
    private static final AtomicIntegerFieldUpdater<Traffic> HANDING_OVER = counter("handingOver");
    private static final AtomicIntegerFieldUpdater<Traffic> UNKNOWN = counter("unknown");
    private static final AtomicIntegerFieldUpdater<Traffic> AWAITED = counter("awaited");
    private static final AtomicIntegerFieldUpdater<Traffic> READINGS = counter("readings");

    private volatile int open;
    private volatile int boundaries;
    private volatile int handingOver;
    private volatile int unknown;
    private volatile int awaited;
    private volatile int readings;
    private volatile Sinks.@Nullable Empty<Void> waiting;
    private volatile boolean abandoned;
    private volatile boolean closed;
    private volatile boolean committing;
    private volatile boolean brokenOff;
    private volatile boolean outOfSight;
    private volatile @Nullable String firstFailure;

    private static AtomicIntegerFieldUpdater<Traffic> counter(String name) {
        return AtomicIntegerFieldUpdater.newUpdater(Traffic.class, name);
    }

    @Override
    public void begin(Kind kind) {
        // Counted before the look at 'closed', which is set before the count is looked at: one of the two sides sees
        // it.
        OPEN.incrementAndGet(this);
        if (closed || brokenOff) {
            OPEN.decrementAndGet(this);
            throw released();
        }
        if (committing) {
            OPEN.decrementAndGet(this);
            throw behindCommit();
        }
        if (kind == Kind.BOUNDARY) {
            BOUNDARIES.incrementAndGet(this);
        }
    }

    private static LeaseMisuseException released() {
        return new LeaseMisuseException(Failure.of(
                "LEASE_RELEASED",
                ErrorType.QUERY,
                "A connection, statement or result is used after its connection was released",
                "finish all work inside the function that got the connection",
                "collect rows before the function returns"));
    }

    static LeaseMisuseException behindCommit() {
        return new LeaseMisuseException(Failure.of(
                "TRANSACTION_ENDED",
                ErrorType.QUERY,
                "A connection was used after the statement that its transaction was committed with",
                "let andCommit() be the last statement of the function"));
    }

    /**
     * The commit of the transaction is to leave with the exchange that is being handed over: what comes behind it would be none of the
     * transaction. False, and nothing is changed, when anything else is under way.
     *
     * <p>Whoever hands over at the same moment has counted itself before it looks here: one of the two sees the other.
     */
    boolean commits() {
        committing = true;
        boolean alone = open <= 1 && handingOver <= 1;
        committing = alone;
        return alone;
    }

    /** The commit was refused, or did not leave. */
    void commitsNot() {
        committing = false;
    }

    @Override
    public void handOver() {
        HANDING_OVER.incrementAndGet(this);
    }

    @Override
    public void handedOver() {
        HANDING_OVER.decrementAndGet(this);
    }

    @Override
    public void answered(Kind kind) {
        if (kind == Kind.BOUNDARY) {
            BOUNDARIES.decrementAndGet(this);
        }
        OPEN.decrementAndGet(this);
        tell();
    }

    @Override
    public void failed(Kind kind, Throwable error) {
        String state = error instanceof R2dbcException r2dbc ? r2dbc.getSqlState() : null;
        if (firstFailure == null) {
            firstFailure = state;
        }
        if (isAnswer(error)) {
            answered(kind);
        } else {
            // An error of its reader's is no lost answer: what the transaction did may be committed.
            if (error instanceof R2dbcException) {
                abandoned = true;
            }
            cancelled();
        }
    }

    /**
     * An error of the server's is an answer, and what we make of one. A lost connection is none, and what it carried may go on unseen; nor is an error of whoever
     * reads the answer, behind which the rest of it still comes, or what the driver has to send to be told of its end.
     */
    static boolean isAnswer(Throwable error) {
        return error instanceof DatabaseException
                || (error instanceof R2dbcException said
                        && said.getSqlState() != null
                        && SqlState.of(said.getSqlState()) != SqlState.CONNECTION_FAILURE);
    }

    /** A boundary that is cancelled still counts as one that may be running. */
    @Override
    public void cancelled() {
        UNKNOWN.incrementAndGet(this);
        OPEN.decrementAndGet(this);
    }

    /** The end of so many cancelled exchanges will be told by {@link #heard}. */
    void awaits(int exchanges) {
        AWAITED.addAndGet(this, exchanges);
        UNKNOWN.addAndGet(this, -exchanges);
    }

    /** So many of those are over. */
    void heard(int exchanges) {
        AWAITED.addAndGet(this, -exchanges);
        tell();
    }

    /** A result is read that will show its end, whatever its reader does; or it has ended, or does not show it after all. */
    void reading(int change) {
        READINGS.addAndGet(this, change);
    }

    /** Whether {@link #fallsQuiet} is worth a moment. */
    boolean mayFallQuiet() {
        return readings > 0 && unknown == 0 && !isUntouchable() && !brokenOff;
    }

    /** Completes when nothing is on the wire. To be asked once. */
    Mono<Void> fallsQuiet() {
        Sinks.Empty<Void> someone = Sinks.empty();
        waiting = someone;
        tell();
        return someone.asMono();
    }

    private void tell() {
        Sinks.Empty<Void> someone = waiting;
        if (someone != null && quiet()) {
            someone.tryEmitEmpty();
        }
    }

    /** Whether a BEGIN or COMMIT may be running. */
    boolean isUntouchable() {
        return boundaries > 0;
    }

    /** SQLSTATE of the first error since the lease or its transaction began. */
    @Nullable
    String firstFailure() {
        return firstFailure;
    }

    /** The transaction begins anew. */
    void forgetFailure() {
        firstFailure = null;
    }

    boolean quiet() {
        return open == 0 && unknown == 0 && awaited == 0 && !brokenOff;
    }

    /** Somebody gets the driver's own connection: what he does with it is not counted here. He must not when the lease is over. */
    void goesOutOfSight() {
        outOfSight = true;
        if (closed) {
            throw released();
        }
    }

    /** Whoever hands over at the same moment has not been asked to wait for it; it may come before or behind. */
    @Override
    public boolean isAlone() {
        return open == 1 && unknown == 0 && awaited == 0 && !brokenOff && !outOfSight;
    }

    boolean isHandingOver() {
        return handingOver > 0;
    }

    @Override
    public void abandoned() {
        abandoned = true;
    }

    /** A caller has gone away before he had anything of an answer, or it will never come. */
    boolean hasAbandoned() {
        return abandoned;
    }

    /** The session is being closed: nothing more may be sent, and it is not clean. */
    void breakOff() {
        brokenOff = true;
        abandoned = true;
    }

    boolean isBrokenOff() {
        return brokenOff;
    }

    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }
}
