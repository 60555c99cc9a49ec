package dev.evenkeel.node;

import io.r2dbc.postgresql.client.TransactionStatus;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The BEGIN of one session that the driver does not know of: announced and not sent yet, or sent and not answered. Thread-safe.
 *
 * <p>How this works: the first statement takes it along, under the lock, so that whoever comes at the same moment waits until it is
 * handed over. From then on it is under way until the server is ready again, or the driver shows that it knows of a transaction.
 */
final class PendingBegin {

    private final Supplier<TransactionStatus> status;
    private volatile @Nullable Begin announced;
    private volatile @Nullable Begin underWay;

    /** The {@code status} is what the server has said last. */
    PendingBegin(Supplier<TransactionStatus> status) {
        this.status = status;
    }

    /** A transaction is to begin with the next statement; not that of whoever holds the session next, if its own lease is over. */
    synchronized void announce(Begin next) {
        if (!next.isOver()) {
            announced = next;
        }
    }

    boolean isAnnounced() {
        return announced != null;
    }

    /** Whether it was sent, and the server is not known to be ready behind it: until then the driver knows of no transaction. */
    boolean isUnderWay() {
        if (underWay != null && status.get() != TransactionStatus.IDLE) {
            // Now it knows.
            underWay = null;
        }
        return underWay != null;
    }

    /** The server is ready again behind this one, or will never be. */
    void ended(Begin sent) {
        if (underWay == sent) {
            underWay = null;
        }
    }

    /** The server did not begin: whatever comes next is to be refused like the first statement, and not to run by itself. */
    synchronized void refused(Begin sent) {
        sent.refuse();
        announced = sent;
    }

    /** The transaction of this lease has failed and is over: whatever comes next in it is to be refused. */
    void aborted(Traffic owner) {
        announce(Begin.aborted(owner));
    }

    /** Sends what this lease has announced by itself, and says what that was; {@code null} when there is nothing to be sent any more. */
    @Nullable
    Begin send(Traffic owner, Consumer<Begin> alone) {
        if (announced == null) {
            return null;
        }
        synchronized (this) {
            Begin first = announced;
            if (first == null || !first.belongsTo(owner)) {
                return null;
            }
            underWay = first;
            alone.accept(first);
            announced = null;
            return first;
        }
    }

    /** Ends a transaction of this lease's that nothing was done in: what was to begin it; {@code null} if it has begun. */
    @Nullable
    Begin withdraw(Traffic owner) {
        if (announced == null) {
            return null;
        }
        synchronized (this) {
            Begin waiting = announced;
            if (waiting == null || !waiting.belongsTo(owner)) {
                return null;
            }
            announced = null;
            ended(waiting);
            return waiting;
        }
    }

    /** COMMIT or ROLLBACK was answered, and so was what came before it; or the lease is over. */
    synchronized void forget() {
        announced = null;
        underWay = null;
    }

    /**
     * Sends something together with the BEGIN that is to leave with it, if there is one. Whoever comes at the same moment waits until
     * it is handed over: its statement must not get in front.
     */
    void inFrontOf(Consumer<@Nullable Begin> sending) {
        if (announced == null) {
            sending.accept(null);
            return;
        }
        synchronized (this) {
            Begin first = announced;
            if (first != null) {
                underWay = first;
            }
            sending.accept(first);
            if (announced == first) {
                announced = null;
            }
        }
    }

    /** The same for statements of ours. False, and nothing is sent, when their transaction has failed as a whole. */
    boolean inFrontOfOurs(Consumer<@Nullable Begin> sending) {
        if (announced == null) {
            sending.accept(null);
            return true;
        }
        synchronized (this) {
            Begin first = announced;
            if (first != null && first.isAborted()) {
                return false;
            }
            inFrontOf(sending);
            return true;
        }
    }
}
