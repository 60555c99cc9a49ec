package dev.evenkeel.node;

import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import org.reactivestreams.Publisher;

/** A statement whose execution is seen by {@link Traffic}. */
final class TrackedStatement implements Statement {

    private final Statement raw;
    private final Traffic traffic;
    private final Traffic.Kind kind;

    TrackedStatement(Statement raw, Traffic traffic, Traffic.Kind kind) {
        this.raw = raw;
        this.traffic = traffic;
        this.kind = kind;
    }

    @Override
    public Publisher<? extends Result> execute() {
        return new TrackedPublisher<>(raw.execute(), traffic, kind)
                .map(result -> new TrackedResult(result, traffic, kind));
    }

    @Override
    public Statement add() {
        raw.add();
        return this;
    }

    @Override
    public Statement bind(int index, Object value) {
        raw.bind(index, value);
        return this;
    }

    @Override
    public Statement bind(String name, Object value) {
        raw.bind(name, value);
        return this;
    }

    @Override
    public Statement bindNull(int index, Class<?> type) {
        raw.bindNull(index, type);
        return this;
    }

    @Override
    public Statement bindNull(String name, Class<?> type) {
        raw.bindNull(name, type);
        return this;
    }

    @Override
    public Statement returnGeneratedValues(String... columns) {
        raw.returnGeneratedValues(columns);
        return this;
    }

    @Override
    public Statement fetchSize(int rows) {
        raw.fetchSize(rows);
        return this;
    }
}
