package dev.evenkeel.node;

import dev.evenkeel.TransactionOptions;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.error.SqlState;
import io.r2dbc.spi.R2dbcException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The transaction that a call runs on its lease, from before its BEGIN, and whether it may commit. Thread-safe. */
public final class OpenTransaction {

    private final TransactionOptions options;
    private final boolean commitsWithLast;
    private final AtomicInteger joined = new AtomicInteger();
    private volatile boolean doomed;
    private volatile boolean ended;
    /** Of the commit that has left with a statement and was not refused. */
    private volatile @Nullable CompletableFuture<@Nullable Void> outcome;

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

    void commitLeaves() {
        if (outcome == null) {
            outcome = new CompletableFuture<>();
        }
    }

    /** What the server refuses is not committed; what gets no answer may be. To be run when all else knows: tells who waits. */
    Runnable commitEnded(@Nullable Throwable problem) {
        CompletableFuture<@Nullable Void> asked = outcome;
        if (problem instanceof R2dbcException refused
                && !SqlState.of(refused.getSqlState()).endsConnection()) {
            outcome = null;
        }
        return () -> {
            if (asked != null && problem == null) {
                asked.complete(null);
            } else if (asked != null) {
                asked.completeExceptionally(problem);
            }
        };
    }

    /** Whether its commit has left with a statement, and was not refused: it may be durable. */
    public boolean isCommitting() {
        return outcome != null;
    }

    /**
     * Completes when what has left with a statement is durable, or ends in what became of it; a cancel does not reach it. {@code null}
     * when nothing has left, or it was refused.
     */
    public @Nullable Mono<Void> committed() {
        CompletableFuture<@Nullable Void> asked = outcome;
        return asked == null ? null : Mono.fromFuture(asked, true);
    }

    /** Nobody can join it any more. */
    public void end() {
        ended = true;
    }

    boolean isEnded() {
        return ended;
    }

    /** For a function that has sent COMMIT or ROLLBACK. */
    public static QueryFailedException endedByHand() {
        return new QueryFailedException(Failure.of(
                "TRANSACTION_ENDED",
                ErrorType.QUERY,
                "The function ended its transaction itself, so what it did may or may not be durable",
                "leave COMMIT and ROLLBACK to inTransaction: return to commit, emit an error to roll back"));
    }
}
