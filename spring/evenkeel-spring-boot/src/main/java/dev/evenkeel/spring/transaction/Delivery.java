package dev.evenkeel.spring.transaction;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.transaction.ReactiveTransaction;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.util.context.Context;

/**
 * Hands a transaction over, or rolls it back: {@code usingWhen}, which Spring's transactions are made with, forgets a resource that
 * comes while it is being cancelled, and with it the connection. A cancel reaches us only as long as the transaction was not taken
 * over, so one after its emission means that nobody will end it.
 */
final class Delivery extends MonoOperator<ReactiveTransaction, ReactiveTransaction> {

    private final Function<ReactiveTransaction, Mono<Void>> undo;

    /** @param undo rolls one back that was begun, and comes too late */
    Delivery(Mono<ReactiveTransaction> begun, Function<ReactiveTransaction, Mono<Void>> undo) {
        super(begun);
        this.undo = undo;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ReactiveTransaction> taker) {
        source.subscribe(new Handover(taker, undo));
    }

    private static final class Handover implements CoreSubscriber<ReactiveTransaction>, Subscription {

        private static final Object CANCELLED = new Object();

        private final CoreSubscriber<? super ReactiveTransaction> taker;
        private final Function<ReactiveTransaction, Mono<Void>> undo;
        /** Nothing, then the transaction or {@link #CANCELLED}. */
        private final AtomicReference<@Nullable Object> state = new AtomicReference<>();

        private final Taken taken = new Taken();
        private final Context context;
        private @Nullable Subscription upstream;

        Handover(CoreSubscriber<? super ReactiveTransaction> taker, Function<ReactiveTransaction, Mono<Void>> undo) {
            this.taker = taker;
            this.undo = undo;
            this.context = taken.into(taker.currentContext());
        }

        @Override
        public Context currentContext() {
            return context;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            upstream = subscription;
            taker.onSubscribe(this);
        }

        @Override
        public void onNext(ReactiveTransaction transaction) {
            if (state.compareAndSet(null, transaction)) {
                taker.onNext(transaction);
            } else {
                rollBack(transaction);
            }
        }

        @Override
        public void onError(Throwable error) {
            taker.onError(error);
        }

        @Override
        public void onComplete() {
            taker.onComplete();
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
            Object before = state.getAndSet(CANCELLED);
            Subscription source = upstream;
            if (source != null) {
                source.cancel();
            }
            if (before instanceof ReactiveTransaction transaction) {
                rollBack(transaction);
            } else {
                taken.giveUp();
            }
        }

        /** Nobody is left to wait for it. */
        private void rollBack(ReactiveTransaction transaction) {
            if (!transaction.isCompleted()) {
                undo.apply(transaction)
                        .contextWrite(taker.currentContext())
                        .onErrorComplete()
                        .subscribe();
            }
        }
    }
}
