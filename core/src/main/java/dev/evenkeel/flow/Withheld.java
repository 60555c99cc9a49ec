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

    private static final class Holder<T> extends PassOn<T, T> {

        private final Supplier<@Nullable Throwable> objection;
        private final List<T> items = new ArrayList<>(1);
        private final AtomicLong requested = new AtomicLong();
        private final AtomicInteger work = new AtomicInteger();
        private volatile boolean ended;
        private volatile boolean over;
        private int next;

        Holder(CoreSubscriber<? super T> actual, Supplier<@Nullable Throwable> objection) {
            super(actual);
            this.objection = objection;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            super.onSubscribe(subscription);
            super.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(T item) {
            items.add(item);
        }

        @Override
        public void onError(Throwable error) {
            items.forEach(item -> Operators.onDiscard(item, currentContext()));
            super.onError(error);
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
                requested.accumulateAndGet(count, Operators::addCap);
                emit();
            }
        }

        private void emit() {
            if (!ended || work.getAndIncrement() != 0) {
                return;
            }
            int missed = 1;
            while (missed != 0) {
                while (!over && next < items.size() && requested.get() > 0) {
                    if (requested.get() != Long.MAX_VALUE) {
                        requested.decrementAndGet();
                    }
                    actual.onNext(items.get(next++));
                }
                if (!over && next == items.size()) {
                    over = true;
                    actual.onComplete();
                }
                missed = work.addAndGet(-missed);
            }
        }

        @Override
        public void cancel() {
            over = true;
            super.cancel();
        }
    }
}
