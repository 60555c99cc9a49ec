package dev.evenkeel.assembly;

import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.Query;
import dev.evenkeel.ReadConsistency;
import dev.evenkeel.TransactionOptions;
import dev.evenkeel.error.Phase;
import dev.evenkeel.route.Intent;
import dev.evenkeel.route.Wish;
import dev.evenkeel.stage.Pipeline;
import dev.evenkeel.stage.StatementWork;
import dev.evenkeel.stage.Statements;
import dev.evenkeel.stage.Terms;
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
import reactor.core.publisher.SynchronousSink;

/**
 * A {@link Query} that goes down the road, or straight to the connection that it was given. One with others in front of it
 * goes down as a transaction.
 */
record PipelineQuery(
        Pipeline pipeline,
        Function<TransactionOptions, Transactions> transactions,
        Statements statement,
        Terms terms,
        @Nullable Duration bound,
        @Nullable Connection connection)
        implements Query {

    @Override
    public Query readOnly() {
        return readOnly(ReadConsistency.READ_YOUR_WRITES);
    }

    @Override
    public Query readOnly(ReadConsistency level) {
        Wish read = new Wish(Intent.READ, level, terms.wish().maxStaleness());
        return with(terms.wish(read).phase(Phase.READING));
    }

    @Override
    public Query idempotent() {
        return with(terms.phase(terms.phase() == Phase.READING ? Phase.READING : Phase.REPEATABLE));
    }

    @Override
    public Query on(Connection lease) {
        return new PipelineQuery(
                pipeline, transactions, statement, terms, bound, Objects.requireNonNull(lease, "connection"));
    }

    @Override
    public Query andCommit() {
        return new PipelineQuery(pipeline, transactions, statement.andCommit(), terms, bound, connection);
    }

    @Override
    public Query timeout(Duration limit) {
        ConnectionOptions.requirePositive("timeout", limit);
        return new PipelineQuery(pipeline, transactions, statement, terms.timeout(limit), limit, connection);
    }

    @Override
    public Query label(String name) {
        return with(terms.label(name));
    }

    @Override
    public Query fetchSize(int rows) {
        return new PipelineQuery(pipeline, transactions, statement.fetchSize(rows), terms, bound, connection);
    }

    private Query with(Terms changed) {
        return new PipelineQuery(pipeline, transactions, statement, changed, bound, connection);
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
        return new PipelineQuery(pipeline, transactions, statement.after(others), terms, bound, connection);
    }

    @Override
    public <T> Flux<T> map(Function<? super Row, ? extends @Nullable T> mapping) {
        if (connection == null && statement.isAlone()) {
            return pipeline.run(terms, new StatementWork<>(statement, mapping));
        }
        return run(statements -> held -> statements.rows(held, mapping));
    }

    @Override
    public <T> Mono<T> one(Function<? super Row, ? extends @Nullable T> mapping) {
        return connection == null && statement.isAlone()
                ? pipeline.runSingle(terms, new StatementWork<>(statement, mapping))
                : single(statements -> held -> statements.rows(held, mapping));
    }

    /** There always is a number, but when a cancel meets it: that must not look like an error to whoever hears what comes then. */
    @Override
    public Mono<Long> rowsUpdated() {
        return connection == null && statement.isAlone()
                ? pipeline.runSingle(terms, statement::rowsUpdated)
                : single(statements -> statements::rowsUpdated);
    }

    private <T> Flux<T> run(Function<Statements, Function<Connection, Publisher<T>>> running) {
        return connection == null
                ? inTransaction(running).flatMapIterable(Function.identity())
                : pipeline.runOn(connection, terms.label(), bound, running.apply(statement));
    }

    private <T> Mono<T> single(Function<Statements, Function<Connection, Publisher<T>>> running) {
        return connection == null
                ? this.<T>inTransaction(running).handle(PipelineQuery::requireSingle)
                : pipeline.runSingleOn(connection, terms.label(), bound, running.apply(statement));
    }

    private static <T> void requireSingle(List<T> items, SynchronousSink<T> sink) {
        if (items.size() > 1) {
            sink.error(new IndexOutOfBoundsException("Source emitted more than one item"));
        } else if (items.size() == 1) {
            sink.next(items.get(0));
        }
    }

    private <T> Mono<List<T>> inTransaction(Function<Statements, Function<Connection, Publisher<T>>> running) {
        Function<Connection, Publisher<T>> work = running.apply(statement.andCommit());
        return pipeline.runSingle(
                asTransaction(),
                transaction().one(held -> Flux.from(work.apply(held)).collectList()));
    }

    private Transactions transaction() {
        TransactionOptions.Builder options = TransactionOptions.builder();
        return transactions.apply((terms.phase() == Phase.READING ? options.readOnly() : options).build());
    }

    private Terms asTransaction() {
        return terms.phase() == Phase.STATEMENT ? terms.phase(Phase.IN_TRANSACTION) : terms;
    }
}
