package dev.evenkeel.tx;

import dev.evenkeel.TransactionOptions;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.Phase;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.node.Lease;
import dev.evenkeel.node.OpenTransaction;
import dev.evenkeel.stage.Work;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
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
 */
public final class Transactions {

    private final TransactionOptions options;
    private final BeginStatement begin;
    private final CommitOutcomes outcomes;
    private final Scheduler clock;
    private final StalePlans stalePlans = new StalePlans();

    public Transactions(TransactionOptions options, CommitOutcomes outcomes, Scheduler clock) {
        this.options = options;
        this.begin = new BeginStatement(options);
        this.outcomes = outcomes;
        this.clock = clock;
    }

    /** Emits the function's value after COMMIT was acknowledged. */
    public <T> Work<T> one(Function<? super Connection, ? extends Mono<T>> function) {
        return lease -> new CommittedValue<>(lease, () -> attempt(lease, function), stalePlans);
    }

    /** Emits the function's values as they come, and completes after COMMIT was acknowledged. */
    public <T> Work<T> many(Function<? super Connection, ? extends Publisher<T>> function) {
        return lease -> {
            Attempt<T> attempt = attempt(lease, function);
            return Flux.from(attempt.function())
                    .onErrorResume(error -> attempt.begun().then(Mono.error(error)))
                    .concatWith(attempt.begun()
                            .thenMany(Flux.defer(attempt::commit))
                            .then(Mono.empty()))
                    .onErrorMap(error -> stalePlans.isOne(lease, error), error -> stalePlans.conflict(lease, error));
        };
    }

    /** BEGIN leaves with the first statement, or, if it has more to say than one statement can, now. */
    private <T> Attempt<T> attempt(Lease lease, Function<? super Connection, ? extends Publisher<T>> function) {
        if (lease.phase() != Phase.REPEATABLE) {
            lease.enter(options.readOnly() ? Phase.READING : Phase.IN_TRANSACTION);
        }
        boolean inOne = begin.isOneStatement() && !options.exactlyOnce();
        OpenTransaction transaction = new OpenTransaction(options, inOne);
        lease.begins(transaction);
        Publisher<T> work = Flux.defer(() -> present(function.apply(lease)));
        if (!inOne) {
            return sendBegin(lease, transaction, work);
        }
        Mono<Void> begun = lease.announceBegin(begin.statement(), begin.message());
        return new Attempt<>(work, begun, () -> commit(lease, transaction));
    }

    /** A cancel does not reach it: it is on the wire already. */
    private <T> Attempt<T> sendBegin(Lease lease, OpenTransaction transaction, Publisher<T> work) {
        CommitGuard guard = options.exactlyOnce() ? new CommitGuard(outcomes, lease.requestId(), clock) : null;
        String sql = begin.text(lease.deadline().remaining(clock), guard == null ? null : guard.marker());
        CompletableFuture<@Nullable Void> answer = Flux.from(
                        lease.createStatement(sql).execute())
                .concatMap(guard == null ? Result::getRowsUpdated : guard::note)
                .then()
                .toFuture();
        Mono<Void> begun = Mono.fromFuture(answer, true);
        return new Attempt<>(
                work,
                begun,
                guard == null
                        ? () -> commit(lease, transaction)
                        : () -> guard.settle(
                                lease,
                                Flux.defer(() -> commit(lease, transaction)).then()));
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

    private static Publisher<Void> commit(Lease lease, OpenTransaction transaction) {
        transaction.end();
        Mono<Void> committed = transaction.committed();
        if (committed != null) {
            return committed;
        }
        if (transaction.isDoomed()) {
            return Mono.error(doomed());
        }
        if (!lease.isBeginAnnounced() && lease.isAutoCommit()) {
            return Mono.error(OpenTransaction.endedByHand());
        }
        if (lease.phase() == Phase.IN_TRANSACTION) {
            lease.enter(Phase.COMMITTING);
        }
        return lease.commitTransaction();
    }
}
