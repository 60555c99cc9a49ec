package dev.evenkeel.node;

import dev.evenkeel.error.LeaseMisuseException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Passes everything through and tells {@link Exchanges} when the exchange begins, is answered or is cancelled.
 *
 * <p>The driver hears of it with the first demand only. A subscriber that was cancelled a moment ago, and that has not noticed
 * yet when it subscribes here, cancels as soon as it gets its subscription: its statement must not be sent, because a ROLLBACK
 * may be on the wire already, and behind that the statement would be a transaction of its own.
 */
final class TrackedPublisher<T> extends Flux<T> {

    private final Publisher<? extends T> source;
    private final Exchanges traffic;
    private final Exchanges.Kind kind;
    private final Course course;

    TrackedPublisher(Publisher<? extends T> source, Exchanges traffic, Exchanges.Kind kind) {
        this(source, traffic, kind, Course.PLAIN);
    }

    TrackedPublisher(Publisher<? extends T> source, Exchanges traffic, Exchanges.Kind kind, Course course) {
        this.source = source;
        this.traffic = traffic;
        this.kind = kind;
        this.course = course;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        actual.onSubscribe(new Exchange<>(actual, this));
    }

    private static final class Exchange<T> extends Operators.DeferredSubscription implements CoreSubscriber<T> {

        private static final AtomicIntegerFieldUpdater<Exchange<?>> HANDING = handingUpdater();

        private final CoreSubscriber<? super T> actual;
        private final TrackedPublisher<T> of;
        private final AtomicBoolean begun = new AtomicBoolean();
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile int handing;
        private volatile boolean answered;

        @SuppressWarnings({"unchecked", "rawtypes"})
        private static AtomicIntegerFieldUpdater<Exchange<?>> handingUpdater() {
            return (AtomicIntegerFieldUpdater) AtomicIntegerFieldUpdater.newUpdater(Exchange.class, "handing");
        }

        Exchange(CoreSubscriber<? super T> actual, TrackedPublisher<T> of) {
            this.actual = actual;
            this.of = of;
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        /** Whoever sees no hand-over from now on, after a cancel, can be sure that there will be none. */
        @Override
        public void request(long count) {
            super.request(count);
            of.traffic.handOver();
            if (!begun.compareAndSet(false, true)) {
                of.traffic.handedOver();
                return;
            }
            handing = 1;
            try {
                begin();
            } finally {
                handedOver();
            }
        }

        /** Also what is answered was handed over, although the thread that did it may not have come back yet. */
        private void handedOver() {
            if (handing == 1 && HANDING.compareAndSet(this, 1, 0)) {
                of.traffic.handedOver();
            }
        }

        private void begin() {
            of.traffic.askedBy(actual);
            try {
                of.traffic.begin(of.kind);
            } catch (LeaseMisuseException late) {
                handedOver();
                actual.onError(late);
                return;
            }
            of.course.begun();
            Flux.<T>from(of.source).subscribe(this);
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            set(subscription);
        }

        @Override
        public void onNext(T item) {
            handedOver();
            answered = true;
            actual.onNext(item);
        }

        @Override
        public void onError(Throwable error) {
            handedOver();
            if (ended.compareAndSet(false, true)) {
                of.traffic.failed(of.kind, error);
            }
            actual.onError(error instanceof Unanswered early ? early.failure() : error);
        }

        @Override
        public void onComplete() {
            handedOver();
            if (ended.compareAndSet(false, true)) {
                of.traffic.answered(of.kind);
            }
            actual.onComplete();
        }

        @Override
        public void cancel() {
            boolean sent = !begun.compareAndSet(false, true);
            if (sent && ended.compareAndSet(false, true)) {
                if (!answered) {
                    of.traffic.abandoned();
                }
                of.traffic.cancelled();
                of.course.cancelled();
            }
            super.cancel();
        }
    }
}
