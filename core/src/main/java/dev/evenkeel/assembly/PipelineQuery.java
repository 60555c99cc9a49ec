package dev.evenkeel.assembly;

import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.Query;
import dev.evenkeel.ReadConsistency;
import dev.evenkeel.error.Phase;
import dev.evenkeel.route.Intent;
import dev.evenkeel.route.Wish;
import dev.evenkeel.stage.Pipeline;
import dev.evenkeel.stage.StatementWork;
import dev.evenkeel.stage.Statements;
import dev.evenkeel.stage.Terms;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Row;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A {@link Query} that goes down the road, or straight to the connection that it was given. */
record PipelineQuery(
        Pipeline pipeline,
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
        Wish read = new Wish(Intent.READ, level, terms.wish().maxStaleness());
        return with(terms.wish(read).phase(Phase.READING));
    }

    @Override
    public Query idempotent() {
        return with(terms.phase(terms.phase() == Phase.READING ? Phase.READING : Phase.REPEATABLE));
    }

    @Override
    public Query on(Connection lease) {
        return new PipelineQuery(pipeline, statement, terms, bound, Objects.requireNonNull(lease, "connection"));
    }

    @Override
    public Query andCommit() {
        return new PipelineQuery(pipeline, statement.andCommit(), terms, bound, connection);
    }

    @Override
    public Query timeout(Duration limit) {
        ConnectionOptions.requirePositive("timeout", limit);
        return new PipelineQuery(pipeline, statement, terms.timeout(limit), limit, connection);
    }

    @Override
    public Query label(String name) {
        return with(terms.label(name));
    }

    @Override
    public Query fetchSize(int rows) {
        return new PipelineQuery(pipeline, statement.fetchSize(rows), terms, bound, connection);
    }

    private Query with(Terms changed) {
        return new PipelineQuery(pipeline, statement, changed, bound, connection);
    }

    @Override
    public <T> Flux<T> map(Function<? super Row, ? extends @Nullable T> mapping) {
        return connection == null
                ? pipeline.run(terms, new StatementWork<>(statement, mapping))
                : pipeline.runOn(connection, terms.label(), bound, held -> statement.rows(held, mapping));
    }

    @Override
    public <T> Mono<T> one(Function<? super Row, ? extends @Nullable T> mapping) {
        return this.<T>map(mapping).singleOrEmpty();
    }

    @Override
    public Mono<Long> rowsUpdated() {
        Flux<Long> updated = connection == null
                ? pipeline.run(terms, statement::rowsUpdated)
                : pipeline.runOn(connection, terms.label(), bound, statement::rowsUpdated);
        return updated.single();
    }
}
