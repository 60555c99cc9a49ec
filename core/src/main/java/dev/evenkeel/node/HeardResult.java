package dev.evenkeel.node;

import dev.evenkeel.flow.PassOn;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.RowMetadata;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** What a result emits. When its reader goes away the rest is read and dropped. */
final class HeardResult<T> extends Flux<T> {

    /** In place of what nobody will get. */
    static final Object NOTHING = new Object();

    private final Publisher<?> source;
    private final AtomicBoolean left;
    private final HeardOut execution;

    private HeardResult(Publisher<?> source, AtomicBoolean left, HeardOut execution) {
        this.source = source;
        this.left = left;
        this.execution = execution;
    }

    /** Rows; the mapping is not asked any more when their reader has left. */
    static <T> HeardResult<T> rows(Result raw, Function<? super Readable, ? extends T> mapping, HeardOut execution) {
        AtomicBoolean left = new AtomicBoolean();
        return new HeardResult<>(raw.<Object>map(row -> left.get() ? NOTHING : mapping.apply(row)), left, execution);
    }

    /** The same for a mapping that wants the metadata, too. */
    static <T> HeardResult<T> rows(Result raw, BiFunction<Row, RowMetadata, ? extends T> mapping, HeardOut execution) {
        AtomicBoolean left = new AtomicBoolean();
        return new HeardResult<>(
                raw.<Object>map((row, metadata) -> left.get() ? NOTHING : mapping.apply(row, metadata)),
                left,
                execution);
    }

    /** What a source of ours emits, which is told how to ask whether the reader has left, and then emits {@code NOTHING}. */
    static <T> HeardResult<T> of(Function<BooleanSupplier, Publisher<?>> source, HeardOut execution) {
        AtomicBoolean left = new AtomicBoolean();
        return new HeardResult<>(source.apply(left::get), left, execution);
    }

    /** Numbers of changed rows. */
    static HeardResult<Long> numbers(Result raw, HeardOut execution) {
        return new HeardResult<>(raw.getRowsUpdated(), new AtomicBoolean(), execution);
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        source.subscribe(new Reading<>(actual, left, execution));
    }

    private static final class Reading<T> extends PassOn<Object, T> {

        private final AtomicBoolean left;
        private final HeardOut execution;

        Reading(CoreSubscriber<? super T> actual, AtomicBoolean left, HeardOut execution) {
            super(actual);
            this.left = left;
            this.execution = execution;
        }

        @Override
        @SuppressWarnings("unchecked") // what is no T comes only when the reader has left
        public void onNext(Object item) {
            if (!left.get()) {
                actual.onNext((T) item);
            } else if (item != NOTHING) {
                Operators.onDiscard(item, currentContext());
            }
        }

        /** While somebody reads it may be an error of his own, which says nothing about the server. */
        @Override
        public void onError(Throwable error) {
            if (!left.get()) {
                execution.fails();
                actual.onError(error);
            } else if (Traffic.isAnswer(error)) {
                execution.over();
            } else {
                execution.fails();
            }
        }

        @Override
        public void onComplete() {
            execution.over();
            if (!left.get()) {
                actual.onComplete();
            }
        }

        @Override
        public void cancel() {
            if (!left.compareAndSet(false, true)) {
                return;
            }
            if (execution.leave()) {
                request(Long.MAX_VALUE);
            } else {
                super.cancel();
            }
        }
    }
}
