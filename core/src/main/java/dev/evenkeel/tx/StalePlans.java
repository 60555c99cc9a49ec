package dev.evenkeel.tx;

import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.TransactionConflictException;
import dev.evenkeel.node.Lease;
import io.r2dbc.spi.Result;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Transactions in which a statement's plan turned out to be stale by a change of the schema. The statement is prepared again by the
 * driver, which inside a transaction comes too late: the server answers that the transaction is aborted, and that is the first error
 * the client sees. The next run on the same connection finds a fresh plan there; another connection may have a stale one of its own.
 */
final class StalePlans {

    private static final String ABORTED = "25P02";

    /** Each run of the function heals one statement at least; more are left to a fresh connection. */
    private static final int REPEATS = 8;

    /** Whether the transaction has failed for that. What may have been committed is none, whatever failed in it before. */
    boolean isOne(Lease lease, Throwable error) {
        return ABORTED.equals(lease.firstFailure())
                && !lease.isCommitting()
                && !(error instanceof CommitOutcomeUnknownException);
    }

    boolean areTooMany(int runs) {
        return runs > REPEATS;
    }

    /** Makes the connection ready for the next run. */
    Mono<Void> rollback(Lease lease) {
        return Flux.from(lease.createStatement("ROLLBACK").execute())
                .concatMap(Result::getRowsUpdated)
                .then(Mono.fromRunnable(lease::forgetFailure));
    }

    TransactionConflictException conflict(Lease lease, Throwable error) {
        return new TransactionConflictException(Failure.of(
                        "STALE_PLAN",
                        ErrorType.QUERY,
                        "A prepared statement on %s became stale by a change of the schema, nothing was applied"
                                .formatted(lease.node()),
                        "repeat the call: the statement is prepared again")
                .with(Map.of("node", lease.node()))
                .retryable(true)
                .causedBy(error)
                .in(lease.requestId()));
    }
}
