package dev.evenkeel.stage;

import dev.evenkeel.CallContext;
import dev.evenkeel.node.Lease;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Work on a connection that is taken for it and given back behind it, however it ends. Whoever waits for the end hears of it after
 * the release.
 *
 * <p>How this works: a connection that is delivered belongs to the work; the first of its end and a cancel gives it back. A cancel
 * before reaches the source, which takes back what it has not delivered, and what is delivered all the same is given back here.
 * Reactor's {@code usingWhen} does it, too, with three subscribers and as many operators around it, on the way of every call.
 */
final class WhileHeld<T> extends Flux<T> {

    private final Mono<Lease> source;
    private final Function<Lease, Flux<T>> work;
    private final Consumer<Lease> ending;

    /** The {@code ending} hears of each lease just before it is given back. */
    WhileHeld(Mono<Lease> source, Function<Lease, Flux<T>> work, Consumer<Lease> ending) {
        this.source = source;
        this.work = work;
        this.ending = ending;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        Holder<T> holder = new Holder<>(actual, this);
        actual.onSubscribe(holder);
        source.subscribe(new Arrival<>(holder));
    }

    private enum State {
        WAITING,
        HOLDING,
        OVER
    }

    private static final class Holder<T> extends Operators.DeferredSubscription implements CoreSubscriber<T> {

        private final CoreSubscriber<? super T> actual;
        private final WhileHeld<T> of;
        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        private volatile @Nullable Subscription arrival;
        private volatile @Nullable Lease lease;
        private @Nullable Context context;

        Holder(CoreSubscriber<? super T> actual, WhileHeld<T> of) {
            this.actual = actual;
            this.of = of;
        }

        void arriving(Subscription subscription) {
            arrival = subscription;
            if (state.get() == State.OVER) {
                subscription.cancel();
            } else {
                subscription.request(Long.MAX_VALUE);
            }
        }

        void take(Lease taken) {
            lease = taken;
            if (state.compareAndSet(State.WAITING, State.HOLDING)) {
                context = CallContext.connection(taken).apply(actual.currentContext());
                begin(taken);
            } else {
                abandon(taken);
            }
        }

        private void begin(Lease taken) {
            Flux<T> publisher;
            try {
                publisher = of.work.apply(taken);
            } catch (Throwable thrown) {
                Exceptions.throwIfFatal(thrown);
                onError(thrown);
                return;
            }
            publisher.subscribe(this);
        }

        /** No connection comes. */
        void without(@Nullable Throwable reason) {
            if (state.compareAndSet(State.WAITING, State.OVER)) {
                end(reason);
            }
        }

        private void end(@Nullable Throwable problem) {
            if (problem == null) {
                actual.onComplete();
            } else {
                actual.onError(problem);
            }
        }

        @Override
        public Context currentContext() {
            return context == null ? actual.currentContext() : context;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            set(subscription);
        }

        @Override
        public void onNext(T item) {
            actual.onNext(item);
        }

        @Override
        public void onError(Throwable error) {
            release(error);
        }

        @Override
        public void onComplete() {
            release(null);
        }

        private void release(@Nullable Throwable problem) {
            if (state.compareAndSet(State.HOLDING, State.OVER)) {
                Lease held = Objects.requireNonNull(lease);
                of.ending.accept(held);
                held.release().subscribe(new Return(actual.currentContext(), () -> end(problem)));
            }
        }

        private void abandon(Lease held) {
            of.ending.accept(held);
            held.abandon().subscribe(new Return(actual.currentContext(), () -> {}));
        }

        @Override
        public void cancel() {
            State was = state.getAndSet(State.OVER);
            if (was == State.WAITING) {
                Subscription waiting = arrival;
                if (waiting != null) {
                    waiting.cancel();
                }
            } else if (was == State.HOLDING) {
                super.cancel();
                abandon(Objects.requireNonNull(lease));
            }
        }
    }

    /** The connection on its way to its holder. */
    private record Arrival<T>(Holder<T> holder) implements CoreSubscriber<Lease> {

        @Override
        public Context currentContext() {
            return holder.actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            holder.arriving(subscription);
        }

        @Override
        public void onNext(Lease lease) {
            holder.take(lease);
        }

        @Override
        public void onError(Throwable error) {
            holder.without(error);
        }

        @Override
        public void onComplete() {
            holder.without(null);
        }
    }

    /** The connection on its way back, which never fails. */
    private record Return(Context context, Runnable done) implements CoreSubscriber<Void> {

        @Override
        public Context currentContext() {
            return context;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Void never) {}

        @Override
        public void onError(Throwable error) {
            done.run();
        }

        @Override
        public void onComplete() {
            done.run();
        }
    }
}
