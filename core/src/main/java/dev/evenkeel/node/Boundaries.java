package dev.evenkeel.node;

import dev.evenkeel.node.Exchanges.Kind;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.client.TransactionStatus;
import io.r2dbc.spi.Result;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * Where the transactions of one lease begin and end.
 *
 * <p>How this works: BEGIN is announced and leaves with the first statement, unless it is not known what is on the wire. Up to then
 * there is nothing to commit or to roll back. From then until the server is ready again the driver does not know of a transaction:
 * COMMIT is sent whatever it thinks, since whoever takes the first row only may commit before the end of the answer is read.
 *
 * @param traffic of the lease: what was made for an earlier one is refused, and does not touch what a later one has announced
 * @param node the name of the server
 * @param breakOff ends the session
 */
record Boundaries(
        PostgresqlConnection raw, DirectStatements direct, Traffic traffic, Supplier<String> node, Runnable breakOff) {

    PendingBegin pending() {
        return direct.begin();
    }

    /** Without one of {@code ours} only the driver can begin it. */
    Flux<Void> begin(@Nullable Begin ours, Publisher<Void> byDriver) {
        Flux<Void> now = boundary(byDriver);
        return Flux.defer(() -> {
            direct.bringDriverUpToDate();
            if (traffic.isClosed()) {
                return now;
            }
            if (pending().isAnnounced() || pending().isUnderWay()) {
                return Flux.empty();
            }
            if (ours == null || !direct.isAllowed() || !traffic.quiet() || !hasNone()) {
                return now;
            }
            pending().announce(ours);
            return Flux.empty();
        });
    }

    /** Whether there is no transaction to be ended. */
    boolean hasNone() {
        return !pending().isUnderWay() && direct.status() == TransactionStatus.IDLE;
    }

    /** Sends BEGIN by itself. */
    void sendAlone(Begin begin) {
        begin.sentAlone(Flux.from(boundary(raw.createStatement(begin.message()).execute()))
                .concatMap(Result::getRowsUpdated)
                .then()
                .doFinally(end -> pending().ended(begin))
                .toFuture());
    }

    Flux<Void> commit() {
        Flux<Void> commit = boundary(CommitExchange.at(this));
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Void> actual) {
                Begin none = pending().withdraw(traffic);
                if (none == null) {
                    commit.subscribe(actual);
                } else if (none.isRefused()) {
                    Operators.error(actual, CommitAnswer.ofNone());
                } else {
                    Operators.complete(actual);
                }
            }
        };
    }

    /**
     * Behind a cancelled statement the driver's own rollback would look at a stale status, and might do nothing. A statement
     * that another thread is just handing to the driver would even run behind the ROLLBACK, outside any transaction: then the
     * end of the session rolls back both.
     */
    Flux<Void> rollback() {
        return Flux.defer(() -> {
            direct.bringDriverUpToDate();
            if (!traffic.isClosed() && traffic.isHandingOver()) {
                traffic.breakOff();
                // Whoever gives the lease back at this moment sees one or the other: the next one's session is not
                // ended.
                if (!traffic.isClosed()) {
                    breakOff.run();
                }
                return Flux.empty();
            }
            if (pending().withdraw(traffic) != null) {
                return Flux.empty();
            }
            Mono<Void> rollback = traffic.quiet() ? raw.rollbackTransaction() : CleanUp.rollback(raw);
            return new TrackedPublisher<>(rollback.doOnSuccess(done -> pending().forget()), traffic, Kind.STATEMENT);
        });
    }

    /** Auto-commit commits what is open; it must not be work whose caller has gone away in the middle. */
    Flux<Void> setAutoCommit(boolean autoCommit) {
        Flux<Void> change = boundary(raw.setAutoCommit(autoCommit));
        Flux<Void> commit = commit();
        return Flux.defer(() -> {
            direct.bringDriverUpToDate();
            if (traffic.isClosed()) {
                return change;
            }
            if (autoCommit && traffic.hasAbandoned()) {
                return rollback().thenMany(change);
            }
            boolean unknownToTheDriver = pending().isAnnounced() || pending().isUnderWay();
            if (!unknownToTheDriver) {
                return change;
            }
            return autoCommit ? commit : Flux.empty();
        });
    }

    private <T> Flux<T> boundary(Publisher<T> exchange) {
        return new TrackedPublisher<>(exchange, traffic, Kind.BOUNDARY);
    }
}
