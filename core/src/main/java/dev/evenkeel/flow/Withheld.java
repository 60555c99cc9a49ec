package dev.evenkeel.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** Emits what the source has emitted when that has ended well, and nothing of it otherwise. */
public final class Withheld<T> extends FluxOperator<T, T> {

    private final Supplier<@Nullable Throwable> objection;

    /** The {@code objection} is asked for at the end: an error although the source has none. */
    public Withheld(Flux<T> source, Supplier<@Nullable Throwable> objection) {
        super(source);
        this.objection = objection;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        source.subscribe(new Holder<>(actual, objection));
    }

    /** Its own number is how many are asked for. */
    private static final class Holder<T> extends AtomicLong implements CoreSubscriber<T>, Subscription {

        private static final long serialVersionUID = 1L;

        private final transient CoreSubscriber<? super T> actual;
        private final transient Supplier<@Nullable Throwable> objection;
        private final transient List<T> items = new ArrayList<>(1);
        private final transient AtomicInteger work = new AtomicInteger();
        private transient @Nullable Subscription upstream;
        private transient volatile boolean ended;
        private transient volatile boolean cancelled;
        private transient int next;

        Holder(CoreSubscriber<? super T> actual, Supplier<@Nullable Throwable> objection) {
            this.actual = actual;
            this.objection = objection;
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            upstream = subscription;
            actual.onSubscribe(this);
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(T item) {
            items.add(item);
        }

        @Override
        public void onError(Throwable error) {
            items.forEach(item -> Operators.onDiscard(item, currentContext()));
            actual.onError(error);
        }

        @Override
        public void onComplete() {
            Throwable problem = objection.get();
            if (problem != null) {
                onError(problem);
            } else {
                ended = true;
                emit();
            }
        }

        @Override
        public void request(long count) {
            if (Operators.validate(count)) {
                accumulateAndGet(count, Operators::addCap);
                emit();
            }
        }

        private void emit() {
            if (!ended || work.getAndIncrement() != 0) {
                return;
            }
            int missed = 1;
            while (missed != 0) {
                while (!cancelled && next < items.size() && get() > 0) {
                    if (get() != Long.MAX_VALUE) {
                        decrementAndGet();
                    }
                    actual.onNext(items.get(next++));
                }
                if (!cancelled && next == items.size()) {
                    cancelled = true;
                    actual.onComplete();
                }
                missed = work.addAndGet(-missed);
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            Subscription source = upstream;
            if (source != null) {
                source.cancel();
            }
        }
    }
}
