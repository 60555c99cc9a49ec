package dev.evenkeel.node;

import dev.evenkeel.flow.PassOn;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

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

    private static final class Counting<T> extends PassOn<T, T> {

        private final Exchanges exchanges;
        private final boolean numbers;

        Counting(CoreSubscriber<? super T> actual, Exchanges exchanges, boolean numbers) {
            super(actual);
            this.exchanges = exchanges;
            this.numbers = numbers;
        }

        @Override
        public void onNext(T item) {
            exchanges.rows(numbers && item instanceof Long number ? number : 1);
            actual.onNext(item);
        }
    }
}
