package dev.evenkeel.node;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.core.publisher.Operators;
import reactor.pool.PooledRef;
import reactor.util.context.Context;

/**
 * Emits a lease where the answers of its connection will arrive, so that what follows need not change threads with each statement;
 * at once, if that is here. A lease whose caller goes away on the way there, or while it is handed over, is dropped as Reactor drops
 * values: the hook in the Context gives it back. In the latter case nobody below may have taken note of it; if somebody has, its
 * work is given up with it.
 */
final class OnItsLoop extends MonoOperator<PooledRef<TrackedConnection>, Lease> {

    private final Function<PooledRef<TrackedConnection>, Lease> lend;

    /** Of each connection that the source emits a lease is made by {@code lend}. */
    OnItsLoop(Mono<PooledRef<TrackedConnection>> source, Function<PooledRef<TrackedConnection>, Lease> lend) {
        super(source);
        this.lend = lend;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Lease> actual) {
        source.subscribe(new Way(actual, lend));
    }

    private enum State {
        WAITING,
        MOVING,
        DELIVERING,
        OVER
    }

    private static final class Way extends AtomicReference<State>
            implements CoreSubscriber<PooledRef<TrackedConnection>>, Subscription {

        private static final long serialVersionUID = 1L;

        private final transient CoreSubscriber<? super Lease> actual;
        private final transient Function<PooledRef<TrackedConnection>, Lease> lend;
        private transient @Nullable Subscription upstream;

        Way(CoreSubscriber<? super Lease> actual, Function<PooledRef<TrackedConnection>, Lease> lend) {
            super(State.WAITING);
            this.actual = actual;
            this.lend = lend;
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
        public void onNext(PooledRef<TrackedConnection> pooled) {
            Lease lease = lend.apply(pooled);
            if (lease.isOnItsLoop()) {
                deliver(lease, State.WAITING);
            } else if (compareAndSet(State.WAITING, State.MOVING)) {
                move(lease);
            } else {
                Operators.onNextDropped(lease, currentContext());
            }
        }

        private void move(Lease lease) {
            try {
                lease.onItsLoop(() -> deliver(lease, State.MOVING));
            } catch (RejectedExecutionException closed) {
                Operators.onNextDropped(lease, currentContext());
                if (compareAndSet(State.MOVING, State.OVER)) {
                    actual.onError(closed);
                }
            }
        }

        private void deliver(Lease lease, State expected) {
            if (compareAndSet(expected, State.DELIVERING)) {
                actual.onNext(lease);
                if (compareAndSet(State.DELIVERING, State.OVER)) {
                    actual.onComplete();
                    return;
                }
            }
            Operators.onNextDropped(lease, currentContext());
        }

        @Override
        public void onError(Throwable error) {
            if (compareAndSet(State.WAITING, State.OVER)) {
                actual.onError(error);
            }
        }

        @Override
        public void onComplete() {
            if (compareAndSet(State.WAITING, State.OVER)) {
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
            set(State.OVER);
            Subscription source = upstream;
            if (source != null) {
                source.cancel();
            }
        }
    }
}
