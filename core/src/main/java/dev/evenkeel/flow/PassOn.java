package dev.evenkeel.flow;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

/**
 * The middle of an operator: hands on what comes from above and what is asked for from below. Subclasses say what happens to a
 * value, and add to whatever else they must. Whoever has a state of its own to be, for an object less on the hot path, does not
 * extend this.
 *
 * @param <I> what comes
 * @param <O> what goes
 */
public abstract class PassOn<I, O> implements CoreSubscriber<I>, Subscription {

    protected final CoreSubscriber<? super O> actual;
    private @Nullable Subscription upstream;

    protected PassOn(CoreSubscriber<? super O> actual) {
        this.actual = actual;
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
    public void onError(Throwable error) {
        actual.onError(error);
    }

    @Override
    public void onComplete() {
        actual.onComplete();
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
        Subscription source = upstream;
        if (source != null) {
            source.cancel();
        }
    }
}
