package dev.evenkeel.flow;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Goes on with another source when the first one fails, if there is one for this error; once.
 *
 * <p>Reactor's {@code onErrorResume} does the same. Every call passes three of these, nearly none has an error, and its arbiter of
 * several sources was a twelfth of what a short query allocates.
 */
public final class Instead<T> extends FluxOperator<T, T> {

    private final Function<Throwable, ? extends @Nullable Publisher<? extends T>> other;

    /** With {@code null} for the errors that are passed on. */
    public Instead(Flux<T> source, Function<Throwable, ? extends @Nullable Publisher<? extends T>> other) {
        super(source);
        this.other = other;
    }

    /** The same for one value at most. */
    public static <T> Mono<T> of(
            Mono<T> source, Function<Throwable, ? extends @Nullable Publisher<? extends T>> other) {
        return new MonoOperator<>(source) {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                begin(this.source, other, actual);
            }
        };
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        begin(source, other, actual);
    }

    private static <T> void begin(
            CorePublisher<? extends T> source,
            Function<Throwable, ? extends @Nullable Publisher<? extends T>> other,
            CoreSubscriber<? super T> actual) {
        Switch<T> through = new Switch<>(actual, other);
        actual.onSubscribe(through);
        source.subscribe(through);
    }

    /** Its own number is how many items are still asked for. The lock keeps a demand from reaching both sources, or none. */
    private static final class Switch<T> extends AtomicLong implements CoreSubscriber<T>, Subscription {

        private static final long serialVersionUID = 1L;

        private final transient CoreSubscriber<? super T> actual;
        private transient @Nullable Function<Throwable, ? extends @Nullable Publisher<? extends T>> other;
        private transient @Nullable Subscription current;
        private transient boolean cancelled;

        Switch(
                CoreSubscriber<? super T> actual,
                Function<Throwable, ? extends @Nullable Publisher<? extends T>> other) {
            this.actual = actual;
            this.other = other;
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            boolean gone;
            long wanted;
            synchronized (this) {
                current = subscription;
                gone = cancelled;
                wanted = get();
            }
            if (gone) {
                subscription.cancel();
            } else if (wanted > 0) {
                subscription.request(wanted);
            }
        }

        @Override
        public void onNext(T item) {
            if (get() != Long.MAX_VALUE) {
                decrementAndGet();
            }
            actual.onNext(item);
        }

        @Override
        public void onComplete() {
            actual.onComplete();
        }

        @Override
        public void onError(Throwable error) {
            Function<Throwable, ? extends @Nullable Publisher<? extends T>> asked = other;
            other = null;
            Publisher<? extends T> next;
            try {
                next = asked == null ? null : asked.apply(error);
            } catch (Throwable thrown) {
                Exceptions.throwIfFatal(thrown);
                if (!thrown.equals(error)) {
                    thrown.addSuppressed(error);
                }
                actual.onError(thrown);
                return;
            }
            if (next == null) {
                actual.onError(error);
            } else {
                next.subscribe(this);
            }
        }

        @Override
        public void request(long count) {
            if (!Operators.validate(count)) {
                return;
            }
            Subscription source;
            synchronized (this) {
                getAndAccumulate(count, Operators::addCap);
                source = current;
            }
            if (source != null) {
                source.request(count);
            }
        }

        @Override
        public void cancel() {
            Subscription source;
            synchronized (this) {
                cancelled = true;
                source = current;
            }
            if (source != null) {
                source.cancel();
            }
        }
    }
}
