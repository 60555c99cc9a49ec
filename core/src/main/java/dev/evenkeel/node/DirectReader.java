package dev.evenkeel.node;

import dev.evenkeel.flow.PassOn;
import dev.evenkeel.wire.Bytes;
import io.netty.util.ReferenceCountUtil;
import io.r2dbc.postgresql.message.backend.BackendMessage;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Hands the answer of one {@link DirectExchange} to its caller. An error of the server is told only when the server is ready
 * again: until then the driver does not know that a transaction is open, and the connection would look clean.
 */
final class DirectReader<T> extends PassOn<BackendMessage, T> {

    private final DirectExchange<T> exchange;
    private final Bytes request;
    private final Context context;
    private boolean over;

    /** The {@code request} is given back when it cannot be sent; messages that nobody will read are, too. */
    DirectReader(CoreSubscriber<? super T> caller, DirectExchange<T> exchange, Bytes request) {
        super(caller);
        this.exchange = exchange;
        this.request = request;
        this.context = Operators.enableOnDiscard(caller.currentContext(), ReferenceCountUtil::release);
    }

    @Override
    public Context currentContext() {
        return context;
    }

    @Override
    public void onNext(BackendMessage message) {
        if (over) {
            ReferenceCountUtil.release(message);
            return;
        }
        T item;
        try {
            item = exchange.read(message);
        } catch (Throwable thrown) {
            Exceptions.throwIfFatal(thrown);
            over = true;
            cancel();
            actual.onError(new Unanswered(thrown));
            return;
        }
        if (item != null) {
            actual.onNext(item);
        } else {
            request(1);
        }
    }

    @Override
    public void onError(Throwable error) {
        if (over) {
            Operators.onErrorDropped(error, currentContext());
            return;
        }
        over = true;
        request.dispose();
        exchange.ended();
        actual.onError(error);
    }

    @Override
    public void onComplete() {
        if (over) {
            return;
        }
        over = true;
        exchange.ended();
        Throwable refusal = exchange.refusal();
        if (refusal == null) {
            actual.onComplete();
        } else {
            actual.onError(refusal);
        }
    }

    @Override
    public void cancel() {
        super.cancel();
        exchange.over();
    }
}
