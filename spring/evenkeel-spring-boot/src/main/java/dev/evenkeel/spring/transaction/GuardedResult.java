package dev.evenkeel.spring.transaction;

import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.RowMetadata;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;

/** A result whose errors are translated and whose rows come in time. */
record GuardedResult(Result delegate, Exchange exchange) implements Result {

    @Override
    public Publisher<Long> getRowsUpdated() {
        return exchange.guard(delegate.getRowsUpdated());
    }

    @Override
    public <T> Publisher<T> map(BiFunction<Row, RowMetadata, ? extends T> mapping) {
        return exchange.<T>guard(delegate.map(mapping));
    }

    @Override
    public <T> Publisher<T> map(Function<? super Readable, ? extends T> mapping) {
        return exchange.<T>guard(delegate.map(mapping));
    }

    @Override
    public Result filter(Predicate<Segment> filter) {
        return new GuardedResult(delegate.filter(filter), exchange);
    }

    @Override
    public <T> Publisher<T> flatMap(Function<Segment, ? extends Publisher<? extends T>> mapping) {
        return exchange.<T>guard(delegate.flatMap(mapping));
    }
}
