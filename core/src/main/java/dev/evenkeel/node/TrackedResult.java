package dev.evenkeel.node;

import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.RowMetadata;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Exceptions;

/**
 * A result whose consumption is seen. The exchange begins when the result is handed out, not when it is consumed: a
 * result that nobody consumes keeps the wire busy, and the release must know.
 */
final class TrackedResult implements Result, Course {

    private final Result raw;
    private final Exchanges traffic;
    private final Exchanges.Kind kind;
    private final @Nullable HeardOut execution;
    private final AtomicBoolean consumed;

    /** With no {@code execution} nobody reads on when the reader has gone away. */
    TrackedResult(Result raw, Exchanges traffic, Exchanges.Kind kind, @Nullable HeardOut execution) {
        this(traffic.result(raw), traffic, kind, execution, new AtomicBoolean());
        traffic.begin(kind);
    }

    private TrackedResult(
            Result raw, Exchanges traffic, Exchanges.Kind kind, @Nullable HeardOut execution, AtomicBoolean consumed) {
        this.raw = raw;
        this.traffic = traffic;
        this.kind = kind;
        this.execution = execution;
        this.consumed = consumed;
    }

    @Override
    public Publisher<Long> getRowsUpdated() {
        return consume(execution == null ? raw.getRowsUpdated() : HeardResult.numbers(raw, execution), true);
    }

    @Override
    public <T> Publisher<T> map(BiFunction<Row, RowMetadata, ? extends T> mapping) {
        BiFunction<Row, RowMetadata, T> own = (row, metadata) -> ofReader(() -> mapping.apply(row, metadata));
        return consume(execution == null ? raw.map(own) : HeardResult.rows(raw, own, execution), false);
    }

    @Override
    public <T> Publisher<T> map(Function<? super Readable, ? extends T> mapping) {
        Function<Readable, T> own = row -> ofReader(() -> mapping.apply(row));
        return consume(execution == null ? raw.map(own) : HeardResult.rows(raw, own, execution), false);
    }

    /** An error of its is none of the server's, whatever it looks like. */
    private static <T> T ofReader(Supplier<? extends T> mapping) {
        try {
            return mapping.get();
        } catch (Throwable thrown) {
            Exceptions.throwIfFatal(thrown);
            throw new Unanswered(thrown);
        }
    }

    @Override
    public <T> Publisher<T> flatMap(Function<Segment, ? extends Publisher<? extends T>> mapping) {
        return consume(raw.flatMap(mapping), false);
    }

    @Override
    public Result filter(Predicate<Segment> filter) {
        return new TrackedResult(raw.filter(filter), traffic, kind, null, consumed);
    }

    /** The items are rows, or numbers of changed ones. */
    private <T> Publisher<T> consume(Publisher<? extends T> source, boolean numbers) {
        Publisher<? extends T> counted = traffic.countsRows() ? new CountedRows<>(source, traffic, numbers) : source;
        return new TrackedPublisher<>(counted, traffic, kind, this);
    }

    /** From here on the exchange of the reading counts in place of that of the handing out. */
    @Override
    public void begun() {
        if (execution != null) {
            execution.reads();
        }
        if (consumed.compareAndSet(false, true)) {
            traffic.answered(kind);
        }
    }

    @Override
    public void cancelled() {
        if (execution != null) {
            execution.cancelled();
        }
    }
}
