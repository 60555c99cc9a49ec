package dev.evenkeel.node;

import dev.evenkeel.flow.Mapped;
import dev.evenkeel.wire.Values;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.RowMetadata;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/**
 * The result of a {@link SpiStatement}, which is sent when its rows or their number are asked for, each time. Whoever wants to see the
 * parts of the answer gets them from the driver. When its reader goes away the rest is read and dropped.
 */
final class SpiResult implements Result {

    private final DirectStatements direct;
    private final String sql;
    private final Values values;
    private final Traffic traffic;
    private final Exchanges exchanges;
    private final Supplier<Publisher<? extends Result>> byDriver;

    SpiResult(
            DirectStatements direct,
            String sql,
            Values values,
            Traffic traffic,
            Exchanges exchanges,
            Supplier<Publisher<? extends Result>> byDriver) {
        this.direct = direct;
        this.sql = sql;
        this.values = values;
        this.traffic = traffic;
        this.exchanges = exchanges;
        this.byDriver = byDriver;
    }

    @Override
    public Publisher<Long> getRowsUpdated() {
        return read(null);
    }

    @Override
    public <T> Publisher<T> map(BiFunction<Row, RowMetadata, ? extends T> mapping) {
        Objects.requireNonNull(mapping, "mapping");
        return read(row -> mapping.apply(row, row.getMetadata()));
    }

    @Override
    public <T> Publisher<T> map(Function<? super Readable, ? extends T> mapping) {
        return read(Objects.requireNonNull(mapping, "mapping"));
    }

    private <T> Publisher<T> read(@Nullable Function<? super Row, ? extends @Nullable T> mapping) {
        // Each reader has an execution of his own.
        return Flux.defer(() -> execution(mapping));
    }

    private <T> Flux<T> execution(@Nullable Function<? super Row, ? extends @Nullable T> mapping) {
        HeardOut execution = HeardOut.ofOne(traffic, sql);
        Flux<T> answer = HeardResult.of(
                left -> direct.<Object>run(
                        sql,
                        values,
                        mapping == null
                                ? null
                                : row -> left.getAsBoolean() ? HeardResult.NOTHING : Mapped.present(mapping.apply(row)),
                        exchanges,
                        left),
                execution);
        return new TrackedPublisher<>(answer, exchanges, Exchanges.Kind.STATEMENT, new Read(execution));
    }

    @Override
    public <T> Publisher<T> flatMap(Function<Segment, ? extends Publisher<? extends T>> mapping) {
        return Flux.<Result>defer(() -> Flux.from(byDriver.get())).concatMap(result -> result.flatMap(mapping));
    }

    @Override
    public Result filter(Predicate<Segment> filter) {
        return new FilteredResult(
                Flux.<Result>defer(() -> Flux.from(byDriver.get())).map(result -> result.filter(filter)));
    }

    /** Tells of the reading. */
    private record Read(HeardOut execution) implements Course {

        @Override
        public void begun() {
            execution.reads();
        }

        @Override
        public void cancelled() {
            execution.cancelled();
        }
    }

    /** What somebody has filtered, made by the driver when it is read. */
    private record FilteredResult(Flux<Result> source) implements Result {

        @Override
        public Publisher<Long> getRowsUpdated() {
            return source.concatMap(Result::getRowsUpdated);
        }

        @Override
        public <T> Publisher<T> map(BiFunction<Row, RowMetadata, ? extends T> mapping) {
            return source.concatMap(result -> result.map(mapping));
        }

        @Override
        public <T> Publisher<T> map(Function<? super Readable, ? extends T> mapping) {
            return source.concatMap(result -> result.map(mapping));
        }

        @Override
        public <T> Publisher<T> flatMap(Function<Segment, ? extends Publisher<? extends T>> mapping) {
            return source.concatMap(result -> result.flatMap(mapping));
        }

        @Override
        public Result filter(Predicate<Segment> filter) {
            return new FilteredResult(source.map(result -> result.filter(filter)));
        }
    }
}
