package dev.evenkeel.node;

import dev.evenkeel.error.LeaseMisuseException;
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

        private static final AtomicIntegerFieldUpdater<Exchange<?>> PAST = past();

        private static final int BEGUN = 1;
        private static final int HANDED_OVER = 2;
        private static final int ENDED = 4;

        private final CoreSubscriber<? super T> actual;
        private final TrackedPublisher<T> of;
        private volatile int past;
        private volatile boolean answered;

        @SuppressWarnings({"unchecked", "rawtypes"})
        private static AtomicIntegerFieldUpdater<Exchange<?>> past() {
            return (AtomicIntegerFieldUpdater) AtomicIntegerFieldUpdater.newUpdater(Exchange.class, "past");
        }

        Exchange(CoreSubscriber<? super T> actual, TrackedPublisher<T> of) {
            this.actual = actual;
            this.of = of;
        }

        /** Whether this has not happened before. */
        private boolean isFirst(int step) {
            return (past & step) == 0 && (PAST.getAndAccumulate(this, step, (all, one) -> all | one) & step) == 0;
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
            if (!isFirst(BEGUN)) {
                of.traffic.handedOver();
                return;
            }
            try {
                begin();
            } finally {
                handedOver();
            }
        }

        /** Also what is answered was handed over, although the thread that did it may not have come back yet. */
        private void handedOver() {
            if (isFirst(HANDED_OVER)) {
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
            of.source.subscribe(this);
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
            if (isFirst(ENDED)) {
                of.traffic.failed(of.kind, error);
            }
            actual.onError(error instanceof Unanswered early ? early.failure() : error);
        }

        @Override
        public void onComplete() {
            handedOver();
            if (isFirst(ENDED)) {
                of.traffic.answered(of.kind);
            }
            actual.onComplete();
        }

        @Override
        public void cancel() {
            boolean sent = !isFirst(BEGUN);
            if (sent && isFirst(ENDED)) {
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
