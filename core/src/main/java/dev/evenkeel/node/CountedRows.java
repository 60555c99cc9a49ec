package dev.evenkeel.node;

import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.util.context.Context;

/** Tells {@link Exchanges} of each row that a result emits. */
final class CountedRows<T> extends Flux<T> {

    private final Publisher<? extends T> source;
    private final Exchanges exchanges;
    private final boolean numbers;

    /** The items are rows, or {@code numbers} of them. */
    CountedRows(Publisher<? extends T> source, Exchanges exchanges, boolean numbers) {
        this.source = source;
        this.exchanges = exchanges;
        this.numbers = numbers;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        source.subscribe(new Counting<>(actual, exchanges, numbers));
    }

    private static final class Counting<T> implements CoreSubscriber<T> {

        private final CoreSubscriber<? super T> actual;
        private final Exchanges exchanges;
        private final boolean numbers;

        Counting(CoreSubscriber<? super T> actual, Exchanges exchanges, boolean numbers) {
            this.actual = actual;
            this.exchanges = exchanges;
            this.numbers = numbers;
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            actual.onSubscribe(subscription);
        }

        @Override
        public void onNext(T item) {
            exchanges.rows(numbers && item instanceof Long number ? number : 1);
            actual.onNext(item);
        }

        @Override
        public void onError(Throwable error) {
            actual.onError(error);
        }

        @Override
        public void onComplete() {
            actual.onComplete();
        }
    }
}
