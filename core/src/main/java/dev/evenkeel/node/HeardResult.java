package dev.evenkeel.node;

import io.r2dbc.spi.R2dbcException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** What a result emits. When its reader goes away the rest is read and dropped. */
final class HeardResult<T> extends Flux<T> {

    /** What a source may emit in place of something that nobody will get. */
    static final Object NOTHING = new Object();

    private final Publisher<?> source;
    private final AtomicBoolean left;
    private final HeardOut execution;

    /** The {@code source} emits values of T, and maybe {@link #NOTHING} once its reader has {@code left}. */
    HeardResult(Publisher<?> source, AtomicBoolean left, HeardOut execution) {
        this.source = source;
        this.left = left;
        this.execution = execution;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        source.subscribe(new Reading<>(actual, left, execution));
    }

    private static final class Reading<T> implements CoreSubscriber<Object>, Subscription {

        private final CoreSubscriber<? super T> actual;
        private final AtomicBoolean left;
        private final HeardOut execution;
        private @Nullable Subscription upstream;

        Reading(CoreSubscriber<? super T> actual, AtomicBoolean left, HeardOut execution) {
            this.actual = actual;
            this.left = left;
            this.execution = execution;
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            upstream = subscription;
            actual.onSubscribe(this);
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
            } else if (error instanceof R2dbcException && Traffic.isAnswer(error)) {
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
        public void request(long count) {
            Subscription source = upstream;
            if (source != null) {
                source.request(count);
            }
        }

        @Override
        public void cancel() {
            Subscription source = upstream;
            if (source == null || !left.compareAndSet(false, true)) {
                return;
            }
            if (execution.leave()) {
                source.request(Long.MAX_VALUE);
            } else {
                source.cancel();
            }
        }
    }
}
