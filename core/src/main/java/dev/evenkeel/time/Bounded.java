package dev.evenkeel.time;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/**
 * Cancels a source that has not ended in time, and ends with an error instead. What is late by a hair, a value included, is
 * dropped as Reactor drops it: the hook in the Context hears of it.
 *
 * <p>Reactor's own {@code timeout} makes up a name for each subscription and always sets a timer; every call passes here twice,
 * and most sources of the first kind end at once. Here a timer is set only behind a source that has not.
 */
public final class Bounded {

    private Bounded() {}

    /** The value, if it comes in time. */
    public static <T> Mono<T> one(Mono<T> source, Duration limit, Scheduler timer, Supplier<Throwable> late) {
        return new MonoOperator<>(source) {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                new Watch<T>(actual, true, late).watch(source, limit, timer);
            }
        };
    }

    /** The values, if the source ends in time. */
    public static <T> Flux<T> all(Flux<T> source, Duration limit, Scheduler timer, Supplier<Throwable> late) {
        return new FluxOperator<>(source) {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                new Watch<T>(actual, false, late).watch(source, limit, timer);
            }
        };
    }

    /** Its own number is the state. A limit that strikes while a value is handed on waits for that. */
    private static final class Watch<T> extends AtomicInteger implements CoreSubscriber<T>, Subscription, Runnable {

        private static final long serialVersionUID = 1L;

        private static final int OPEN = 0;
        private static final int EMITTING = 1;
        private static final int LATE = 2;
        private static final int OVER = 3;

        private final transient CoreSubscriber<? super T> actual;
        private final transient boolean single;
        private final transient Supplier<Throwable> late;
        private transient volatile @Nullable Subscription upstream;
        private transient volatile @Nullable Disposable alarm;

        Watch(CoreSubscriber<? super T> actual, boolean single, Supplier<Throwable> late) {
            this.actual = actual;
            this.single = single;
            this.late = late;
        }

        void watch(CorePublisher<? extends T> source, Duration limit, Scheduler timer) {
            source.subscribe(this);
            if (get() == OVER) {
                return;
            }
            try {
                alarm = timer.schedule(this, limit.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException closed) {
                stop();
                onError(closed);
            }
            if (get() == OVER) {
                calm();
            }
        }

        private void calm() {
            Disposable set = alarm;
            if (set != null) {
                set.dispose();
            }
        }

        /** Too late. */
        @Override
        public void run() {
            while (true) {
                int state = get();
                if (state == OPEN && compareAndSet(OPEN, OVER)) {
                    giveUp();
                    return;
                } else if (state != OPEN && (state != EMITTING || compareAndSet(EMITTING, LATE))) {
                    return;
                }
            }
        }

        private void giveUp() {
            stop();
            actual.onError(late.get());
        }

        private void stop() {
            Subscription source = upstream;
            if (source != null) {
                source.cancel();
            }
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
        public void onNext(T value) {
            if (single ? !ends() : get() == OVER) {
                Operators.onNextDropped(value, currentContext());
            } else if (single) {
                actual.onNext(value);
                actual.onComplete();
            } else {
                emit(value);
            }
        }

        /** A source may emit the next one while this one is taken. */
        private void emit(T value) {
            boolean outermost = compareAndSet(OPEN, EMITTING);
            actual.onNext(value);
            if (outermost && !compareAndSet(EMITTING, OPEN) && compareAndSet(LATE, OVER)) {
                giveUp();
            }
        }

        /** True for the first only. */
        private boolean ends() {
            boolean first = getAndSet(OVER) != OVER;
            calm();
            return first;
        }

        @Override
        public void onError(Throwable error) {
            if (ends()) {
                actual.onError(error);
            } else if (!single) {
                Operators.onErrorDropped(error, currentContext());
            }
        }

        @Override
        public void onComplete() {
            if (ends()) {
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
            set(OVER);
            calm();
            stop();
        }
    }
}
