package dev.evenkeel.flow;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;

/** The only item of a source, once that has ended well; for a second one an {@link IndexOutOfBoundsException}. */
public class Only<T> extends PassOn<T, T> {

    private static final AtomicIntegerFieldUpdater<Only<?>> ASKED = asked();

    private volatile int asked;
    private @Nullable T only;
    private boolean over;

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static AtomicIntegerFieldUpdater<Only<?>> asked() {
        return (AtomicIntegerFieldUpdater) AtomicIntegerFieldUpdater.newUpdater(Only.class, "asked");
    }

    protected Only(CoreSubscriber<? super T> actual) {
        super(actual);
    }

    /** The source as one that emits no more than that. */
    public static <T> Flux<T> of(Flux<T> source) {
        return new FluxOperator<>(source) {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                source.subscribe(new Only<>(actual));
            }
        };
    }

    @Override
    public void onNext(T item) {
        if (over) {
            Operators.onNextDropped(item, currentContext());
        } else if (only == null) {
            only = item;
        } else {
            Operators.onDiscard(item, currentContext());
            super.cancel();
            onError(new IndexOutOfBoundsException("Source emitted more than one item"));
        }
    }

    @Override
    public void onError(Throwable error) {
        if (over) {
            Operators.onErrorDropped(error, currentContext());
            return;
        }
        over = true;
        if (only != null) {
            Operators.onDiscard(only, currentContext());
        }
        super.onError(translated(error));
    }

    /** What the one below hears of an error. */
    protected Throwable translated(Throwable error) {
        return error;
    }

    @Override
    public void onComplete() {
        if (over) {
            return;
        }
        over = true;
        if (only != null) {
            actual.onNext(only);
        }
        super.onComplete();
    }

    /** Whoever wants the item wants to know that there is no other. */
    @Override
    public void request(long count) {
        if (Operators.validate(count) && ASKED.compareAndSet(this, 0, 1)) {
            super.request(Long.MAX_VALUE);
        }
    }
}
