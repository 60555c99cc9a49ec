package dev.evenkeel.assembly;

import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.Query;
import dev.evenkeel.ReadConsistency;
import dev.evenkeel.TransactionOptions;
import dev.evenkeel.error.Phase;
import dev.evenkeel.stage.StatementWork;
import dev.evenkeel.stage.Statements;
import dev.evenkeel.stage.Terms;
import dev.evenkeel.stage.Work;
import dev.evenkeel.tx.Transactions;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A {@link Query} that goes down the road, or straight to the connection that it was given. One with others in front of it
 * goes down as a transaction.
 */
record PipelineQuery(
        QueryRoads roads,
        Statements statement,
        Terms terms,
        @Nullable Duration bound,
        @Nullable Connection connection) implements Query {

    @Override
    public Query readOnly() {
        return readOnly(ReadConsistency.READ_YOUR_WRITES);
    }

    @Override
    public Query readOnly(ReadConsistency level) {
        return with(roads.reading(terms, level));
    }

    @Override
    public Query idempotent() {
        return with(terms.phase(terms.phase() == Phase.READING ? Phase.READING : Phase.REPEATABLE));
    }

    @Override
    public Query on(Connection lease) {
        return new PipelineQuery(roads, statement, terms, bound, Objects.requireNonNull(lease, "connection"));
    }

    @Override
    public Query andCommit() {
        return new PipelineQuery(roads, statement.andCommit(), terms, bound, connection);
    }

    @Override
    public Query timeout(Duration limit) {
        ConnectionOptions.requirePositive("timeout", limit);
        return new PipelineQuery(roads, statement, terms.timeout(limit), limit, connection);
    }

    @Override
    public Query label(String name) {
        return with(terms.label(name));
    }

    @Override
    public Query fetchSize(int rows) {
        return new PipelineQuery(roads, statement.fetchSize(rows), terms, bound, connection);
    }

    private Query with(Terms changed) {
        return new PipelineQuery(roads, statement, changed, bound, connection);
    }

    @Override
    public Query after(Query... earlier) {
        List<Statements> others = new ArrayList<>();
        for (Query query : earlier) {
            if (!(query instanceof PipelineQuery known)) {
                throw new IllegalArgumentException(
                        "after(...) takes queries that a manager's query(...) has made, not " + query);
            }
            others.add(known.statement);
        }
        return new PipelineQuery(roads, statement.after(others), terms, bound, connection);
    }

    @Override
    public <T> Flux<T> map(Function<? super Row, ? extends @Nullable T> mapping) {
        if (connection == null && !statement.isAlone()) {
            // All of them are there, and nobody who takes them slowly is to keep a connection for it.
            Work<T> work = rows(mapping);
            return roads.pipeline()
                    .runSingle(asCall(), lease -> Flux.<T>from(work.on(lease)).collectList())
                    .flatMapIterable(Function.identity());
        }
        return connection == null
                ? roads.pipeline().run(asCall(), rows(mapping))
                : roads.pipeline().runOn(connection, terms.label(), bound, held -> statement.rows(held, mapping));
    }

    @Override
    public <T> Mono<T> one(Function<? super Row, ? extends @Nullable T> mapping) {
        return connection == null
                ? roads.pipeline().runSingle(asCall(), rows(mapping))
                : roads.pipeline().runSingleOn(connection, terms.label(), bound, held -> statement.rows(held, mapping));
    }

    /** There always is a number, but when a cancel meets it: that must not look like an error to whoever hears what comes then. */
    @Override
    public Mono<Long> rowsUpdated() {
        return connection == null
                ? roads.pipeline().runSingle(asCall(), rowsUpdatedWork())
                : roads.pipeline().runSingleOn(connection, terms.label(), bound, statement::rowsUpdated);
    }

    private <T> Work<T> rows(Function<? super Row, ? extends @Nullable T> mapping) {
        return statement.isAlone()
                ? new StatementWork<>(statement, mapping)
                : together(
                        lease -> statement.rowsAtOnce(lease, mapping),
                        held -> statement.andCommit().rows(held, mapping));
    }

    private Work<Long> rowsUpdatedWork() {
        return statement.isAlone()
                ? statement::rowsUpdated
                : together(
                        statement::rowsUpdatedAtOnce,
                        held -> statement.andCommit().rowsUpdated(held));
    }

    /** What may write, and needs nothing of the driver, is a transaction by leaving at once; anything else is begun as one. */
    private <T> Work<T> together(
            Function<Connection, @Nullable Publisher<T>> atOnce, Function<Connection, Publisher<T>> oneByOne) {
        return lease -> {
            Publisher<T> whole = isReading() ? null : atOnce.apply(lease);
            return whole == null ? begun(oneByOne).on(lease) : whole;
        };
    }

    private <T> Work<T> begun(Function<Connection, Publisher<T>> work) {
        Work<List<T>> all =
                transaction().one(held -> Flux.from(work.apply(held)).collectList());
        return lease -> Flux.<List<T>>from(all.on(lease)).flatMapIterable(Function.identity());
    }

    private Transactions transaction() {
        TransactionOptions.Builder options = TransactionOptions.builder();
        return roads.transactions().apply((isReading() ? options.readOnly() : options).build());
    }

    private boolean isReading() {
        return terms.phase() == Phase.READING;
    }

    private Terms asCall() {
        return terms.phase() == Phase.STATEMENT && !statement.isAlone() ? terms.phase(Phase.IN_TRANSACTION) : terms;
    }
}
