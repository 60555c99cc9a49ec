package dev.evenkeel.tx;

import dev.evenkeel.TransactionOptions;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.Phase;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.error.TransactionConflictException;
import dev.evenkeel.node.Lease;
import dev.evenkeel.stage.Work;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Makes the work of a call out of a user's function: begin, the function, commit. There is no rollback here: an open
 * transaction is rolled back by the release of its connection, on every path there is.
 *
 * <p>BEGIN is sent and not waited for: the function's first statement leaves right behind it, which saves a round trip. The
 * answer to BEGIN is waited for before COMMIT, and before an error is passed on, so that the first thing that failed is the
 * one that is reported.
 *
 * <p>COMMIT is part of the work and not of the clean-up, so that its errors are errors of the call, such as a serialization
 * failure that shows only then.
 *
 * <p>A statement whose plan became stale by a change of the schema is prepared again by the driver, which inside a transaction
 * comes too late: the server answers that the transaction is aborted, and that is the first error the client sees. The function
 * then runs again on the same connection, whose plan is fresh now; another connection may have a stale one of its own.
 */
public final class Transactions {

    private static final String ABORTED = "25P02";

    /** Each run of the function heals one statement at least; more are left to a fresh connection. */
    private static final int STALE_PLANS = 8;

    private final TransactionOptions options;
    private final BeginStatement begin;
    private final CommitOutcomes outcomes;
    private final Scheduler clock;

    public Transactions(TransactionOptions options, CommitOutcomes outcomes, Scheduler clock) {
        this.options = options;
        this.begin = new BeginStatement(options);
        this.outcomes = outcomes;
        this.clock = clock;
    }

    /** Emits the function's value after COMMIT was acknowledged. */
    public <T> Work<T> one(Function<? super Connection, ? extends Mono<T>> function) {
        return lease -> oneRun(lease, function, STALE_PLANS);
    }

    private <T> Mono<T> oneRun(Lease lease, Function<? super Connection, ? extends Mono<T>> function, int repeats) {
        Attempt attempt = begin(lease);
        return Mono.<T>defer(() -> present(function.apply(lease)))
                .singleOptional()
                .onErrorResume(error -> attempt.begun().then(Mono.error(error)))
                .flatMap(value -> attempt.commit().then(Mono.<T>justOrEmpty(value)))
                .onErrorResume(
                        error -> isStalePlan(lease),
                        stale -> repeats == 0
                                ? Mono.error(stalePlan(lease, stale))
                                : rollback(lease).then(Mono.defer(() -> oneRun(lease, function, repeats - 1))));
    }

    private static boolean isStalePlan(Lease lease) {
        return ABORTED.equals(lease.firstFailure());
    }

    private static Mono<Void> rollback(Lease lease) {
        return Flux.from(lease.createStatement("ROLLBACK").execute())
                .concatMap(Result::getRowsUpdated)
                .then(Mono.fromRunnable(lease::forgetFailure));
    }

    private static TransactionConflictException stalePlan(Lease lease, Throwable error) {
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

    /** Emits the function's values as they come, and completes after COMMIT was acknowledged. */
    public <T> Work<T> many(Function<? super Connection, ? extends Publisher<T>> function) {
        return lease -> {
            Attempt attempt = begin(lease);
            return Flux.<T>defer(() -> present(function.apply(lease)))
                    .onErrorResume(error -> attempt.begun().then(Mono.error(error)))
                    .concatWith(Mono.defer(attempt::commit).then(Mono.empty()))
                    .onErrorMap(error -> isStalePlan(lease), error -> stalePlan(lease, error));
        };
    }

    /**
     * One run of the function.
     *
     * @param begun completes with the answer to BEGIN
     * @param commit completes when the transaction is durable
     */
    private record Attempt(Mono<Void> begun, Mono<Void> commit) {}

    /** BEGIN leaves with the first statement, or, if it has more to say than one statement can, now. */
    private Attempt begin(Lease lease) {
        if (lease.phase() != Phase.REPEATABLE) {
            lease.enter(options.readOnly() ? Phase.READING : Phase.IN_TRANSACTION);
        }
        lease.transaction(options);
        if (begin.isOneStatement() && !options.exactlyOnce()) {
            lease.mayCommit();
            Mono<Void> begun = lease.announceBegin(
                    begin.statement(), begin.text(lease.deadline().remaining(clock), null));
            return new Attempt(begun, begun.then(commit(lease)));
        }
        return sendBegin(lease);
    }

    /** A cancel does not reach it: it is on the wire already. */
    private Attempt sendBegin(Lease lease) {
        CommitGuard guard = options.exactlyOnce() ? new CommitGuard(outcomes, lease.requestId(), clock) : null;
        String sql = begin.text(lease.deadline().remaining(clock), guard == null ? null : guard.marker());
        CompletableFuture<@Nullable Void> answer = Flux.from(
                        lease.createStatement(sql).execute())
                .concatMap(guard == null ? Result::getRowsUpdated : guard::note)
                .then()
                .toFuture();
        Mono<Void> begun = Mono.fromFuture(answer, true);
        Mono<Void> commit = begun.then(commit(lease));
        return new Attempt(begun, guard == null ? commit : begun.then(guard.settle(lease, commit)));
    }

    private static <P> P present(@Nullable P publisher) {
        return Objects.requireNonNull(
                publisher, "the function of a transaction returned null: return Mono.empty() when there is no value");
    }

    private static QueryFailedException doomed() {
        return new QueryFailedException(Failure.of(
                "TRANSACTION_DOOMED",
                ErrorType.QUERY,
                "The transaction was rolled back: a transaction that had joined it failed or was given up, and could not be undone alone",
                "let the error of the inner function through",
                "begin the inner transaction with Nesting.SAVEPOINT if the outer one may go on without it"));
    }

    private static QueryFailedException endedByHand() {
        return new QueryFailedException(Failure.of(
                "TRANSACTION_ENDED",
                ErrorType.QUERY,
                "The function ended its transaction itself, so what it did may or may not be durable",
                "leave COMMIT and ROLLBACK to inTransaction: return to commit, emit an error to roll back"));
    }

    private Mono<Void> commit(Lease lease) {
        return Mono.defer(() -> {
            lease.transaction(null);
            if (lease.isDoomed()) {
                return Mono.error(doomed());
            }
            if (lease.isCommitting()) {
                return Mono.empty();
            }
            if (lease.isBeginAnnounced()) {
                return Mono.from(lease.commitTransaction());
            }
            if (lease.isAutoCommit()) {
                return Mono.error(endedByHand());
            }
            if (lease.phase() == Phase.IN_TRANSACTION) {
                lease.enter(Phase.COMMITTING);
            }
            return Mono.from(lease.commitTransaction());
        });
    }
}
