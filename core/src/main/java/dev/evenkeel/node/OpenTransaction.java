package dev.evenkeel.node;

import dev.evenkeel.TransactionOptions;
import java.util.concurrent.atomic.AtomicInteger;

/** The transaction that a call runs on its lease, from before its BEGIN, and whether it may commit. Thread-safe. */
public final class OpenTransaction {

    private final TransactionOptions options;
    private final boolean commitsWithLast;
    private final AtomicInteger joined = new AtomicInteger();
    private volatile boolean doomed;
    private volatile boolean committing;
    private volatile boolean ended;

    /** With {@code commitsWithLast} its COMMIT may leave together with its last statement. */
    public OpenTransaction(TransactionOptions options, boolean commitsWithLast) {
        this.options = options;
        this.commitsWithLast = commitsWithLast;
    }

    public TransactionOptions options() {
        return options;
    }

    /** It must not commit any more. */
    public void doom() {
        doomed = true;
    }

    public boolean isDoomed() {
        return doomed;
    }

    /** A function that is not the one that began it begins to work on it, or ends. */
    public void joined(int change) {
        joined.addAndGet(change);
    }

    boolean commitsWithLast() {
        return commitsWithLast && !doomed && joined.get() == 0;
    }

    /** COMMIT leaves with a statement, or was refused with it. */
    void committing(boolean sent) {
        committing = sent;
    }

    /** Whether COMMIT has left with a statement. */
    public boolean isCommitting() {
        return committing;
    }

    /** Nobody can join it any more. */
    public void end() {
        ended = true;
    }

    boolean isEnded() {
        return ended;
    }
}
