package dev.evenkeel.node;

import dev.evenkeel.event.BoundValues;
import io.r2dbc.spi.Parameter;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** A statement whose execution is seen by {@link Exchanges}. */
final class TrackedStatement implements Statement {

    private final LentConnection connection;
    private final Statement raw;
    private final String sql;
    private final Traffic traffic;
    private final @Nullable Function<BoundValues, Exchanges> observer;
    private final Exchanges.Kind kind;
    /** {@code null} when nobody wants to know them. */
    private final @Nullable List<@Nullable Object> bound;

    private boolean oneRowBound;
    private boolean inParts;

    /** The {@code observer} is made for each execution and gets what is bound to the first row. */
    TrackedStatement(
            LentConnection connection,
            Statement raw,
            String sql,
            Traffic traffic,
            Exchanges.Kind kind,
            @Nullable Function<BoundValues, Exchanges> observer) {
        this.connection = connection;
        this.raw = raw;
        this.sql = sql;
        this.traffic = traffic;
        this.kind = kind;
        this.observer = observer;
        this.bound = observer == null ? null : new ArrayList<>(4);
    }

    @Override
    public Publisher<? extends Result> execute() {
        Exchanges exchanges =
                observer == null || bound == null ? traffic : observer.apply(BoundValues.of(bound.toArray()));
        Publisher<? extends Result> executed = raw.execute();
        return Flux.defer(() -> executed(executed, exchanges));
    }

    /** For each subscriber: who repeats it executes it again. */
    private Flux<Result> executed(Publisher<? extends Result> source, Exchanges exchanges) {
        HeardOut execution = endsWithItsResult() ? new HeardOut(traffic, sql) : null;
        Course course = execution == null ? Course.PLAIN : execution;
        return new TrackedPublisher<Result>(connection.behindBegin(source), exchanges, kind, course)
                .map(result -> new TrackedResult(result, exchanges, kind, execution));
    }

    /** Not those that may have several, or of which the driver fetches more when it is read. */
    private boolean endsWithItsResult() {
        return kind == Exchanges.Kind.STATEMENT && !oneRowBound && !inParts && connection.fetchesAtOnce();
    }

    @Override
    public Statement add() {
        raw.add();
        oneRowBound = true;
        return this;
    }

    @Override
    public Statement bind(int index, Object value) {
        raw.bind(index, value);
        note(index, value);
        return this;
    }

    @Override
    public Statement bind(String name, Object value) {
        raw.bind(name, value);
        note(position(name), value);
        return this;
    }

    @Override
    public Statement bindNull(int index, Class<?> type) {
        raw.bindNull(index, type);
        note(index, null);
        return this;
    }

    @Override
    public Statement bindNull(String name, Class<?> type) {
        raw.bindNull(name, type);
        note(position(name), null);
        return this;
    }

    /** The driver has accepted the name, which is {@code $1} and so on. */
    private static int position(String name) {
        return Integer.parseInt(name.substring(1)) - 1;
    }

    private void note(int index, @Nullable Object value) {
        if (bound == null || oneRowBound) {
            return;
        }
        while (bound.size() <= index) {
            bound.add(null);
        }
        bound.set(index, value instanceof Parameter parameter ? parameter.getValue() : value);
    }

    @Override
    public Statement returnGeneratedValues(String... columns) {
        raw.returnGeneratedValues(columns);
        return this;
    }

    @Override
    public Statement fetchSize(int rows) {
        raw.fetchSize(rows);
        inParts = rows > 0;
        return this;
    }
}
