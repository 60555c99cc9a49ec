package dev.evenkeel.assembly;

import dev.evenkeel.flow.PassOn;
import dev.evenkeel.node.Lease;
import io.r2dbc.spi.Connection;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Hands the one connection of a call over to somebody outside, who must give it back from then on.
 *
 * <p>Who cancels may never get it: operators drop what reaches them when they are cancelled, and Spring's transaction manager
 * forgets a connection whose BEGIN is given up. So a cancel gives the connection back, on its way or delivered. That does no harm to
 * those who give it back themselves, which counts once. Only a cancel inside {@code onNext} says nothing: whoever takes the first
 * value of a stream does that, and keeps what he took.
 */
final class HandOver extends Mono<Connection> {

    private final Flux<Connection> source;

    HandOver(Flux<Connection> source) {
        this.source = source;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Connection> actual) {
        source.subscribe(new Receiver(actual));
    }

    private static final class Receiver extends PassOn<Connection, Connection> {

        private enum State {
            WAITING,
            DELIVERING,
            OVER
        }

        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        private volatile @Nullable Thread delivering;
        private volatile @Nullable Connection delivered;

        Receiver(CoreSubscriber<? super Connection> actual) {
            super(actual);
        }

        @Override
        public void onNext(Connection connection) {
            delivering = Thread.currentThread();
            delivered = connection;
            if (state.compareAndSet(State.WAITING, State.DELIVERING)) {
                actual.onNext(connection);
                if (state.compareAndSet(State.DELIVERING, State.OVER)) {
                    actual.onComplete();
                    return;
                }
            }
            takeBack(connection);
        }

        private static void takeBack(@Nullable Connection connection) {
            if (connection instanceof Lease lease) {
                lease.abandon().subscribe();
            }
        }

        @Override
        public void onError(Throwable error) {
            if (state.compareAndSet(State.WAITING, State.OVER)) {
                actual.onError(error);
            }
        }

        @Override
        public void onComplete() {
            if (state.compareAndSet(State.WAITING, State.OVER)) {
                actual.onComplete();
            }
        }

        @Override
        public void cancel() {
            if (state.get() == State.DELIVERING && delivering == Thread.currentThread()) {
                return;
            }
            if (state.getAndSet(State.OVER) == State.OVER) {
                takeBack(delivered);
            }
            super.cancel();
        }
    }
}
