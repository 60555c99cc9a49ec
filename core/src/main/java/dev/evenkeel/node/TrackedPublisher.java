package dev.evenkeel.node;

import dev.evenkeel.error.LeaseMisuseException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** Passes everything through and tells {@link Traffic} when the exchange begins, is answered or is cancelled. */
final class TrackedPublisher<T> extends Flux<T> {

    private final Publisher<? extends T> source;
    private final Traffic traffic;

    TrackedPublisher(Publisher<? extends T> source, Traffic traffic) {
        this.source = source;
        this.traffic = traffic;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        traffic.handOver();
        try {
            Flux.<T>from(source).subscribe(new Exchange<>(actual, traffic));
        } catch (LeaseMisuseException late) {
            Operators.error(actual, late);
        } finally {
            traffic.handedOver();
        }
    }

    private static final class Exchange<T> extends AtomicBoolean implements CoreSubscriber<T>, Subscription {

        private static final long serialVersionUID = 1L;

        private final transient CoreSubscriber<? super T> actual;
        private final transient Traffic traffic;
        private transient Subscription upstream = Operators.emptySubscription();

        Exchange(CoreSubscriber<? super T> actual, Traffic traffic) {
            this.actual = actual;
            this.traffic = traffic;
            traffic.begin();
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
        public void onNext(T item) {
            actual.onNext(item);
        }

        @Override
        public void onError(Throwable error) {
            if (compareAndSet(false, true)) {
                traffic.answered();
            }
            actual.onError(error);
        }

        @Override
        public void onComplete() {
            if (compareAndSet(false, true)) {
                traffic.answered();
            }
            actual.onComplete();
        }

        @Override
        public void request(long count) {
            upstream.request(count);
        }

        @Override
        public void cancel() {
            if (compareAndSet(false, true)) {
                traffic.cancelled();
            }
            upstream.cancel();
        }
    }
}
