package dev.evenkeel.node;

import dev.evenkeel.wire.AnswerReader;
import dev.evenkeel.wire.CommandTag;
import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.message.backend.BackendMessage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Operators;

/**
 * Hands the answer of one {@link DirectExchange} to its caller. An error of the server is told only when the server is ready
 * again: until then the driver does not know that a transaction is open, and the connection would look clean.
 *
 * <p>Its own number is how many items are still asked for.
 */
final class DirectReader<T> extends AtomicLong implements AnswerReader, Subscription {

    private static final long serialVersionUID = 1L;

    private final transient CoreSubscriber<? super T> caller;
    private final transient DirectExchange<T> exchange;
    private transient volatile boolean over;

    DirectReader(CoreSubscriber<? super T> caller, DirectExchange<T> exchange) {
        this.caller = caller;
        this.exchange = exchange;
    }

    CoreSubscriber<? super T> caller() {
        return caller;
    }

    /** Nobody wants to hear of it any more. */
    boolean isOver() {
        return over;
    }

    @Override
    public boolean takesMore() {
        return over || get() > 0;
    }

    @Override
    public void row(ByteBuf body) {
        if (over) {
            return;
        }
        try {
            emit(exchange.row(body));
        } catch (Throwable thrown) {
            giveUp(thrown);
        }
    }

    @Override
    public void completed(CommandTag tag) {
        if (over) {
            exchange.group().completed(tag);
            return;
        }
        try {
            emit(exchange.completed(tag));
        } catch (Throwable thrown) {
            giveUp(thrown);
        }
    }

    @Override
    public void message(BackendMessage message) {
        if (over) {
            exchange.group().read(message);
            return;
        }
        try {
            exchange.read(message);
        } catch (Throwable thrown) {
            giveUp(thrown);
        }
    }

    @Override
    public void ready() {
        if (over) {
            exchange.group().ended();
        } else if (!exchange.isSentAgain(this)) {
            end(exchange.refusal());
        }
    }

    @Override
    public void lost(Throwable cause) {
        exchange.group().lost(cause);
        if (!over) {
            end(cause);
        }
    }

    private void emit(@Nullable T item) {
        if (item != null) {
            if (get() != Long.MAX_VALUE) {
                decrementAndGet();
            }
            caller.onNext(item);
        }
    }

    private void giveUp(Throwable thrown) {
        Exceptions.throwIfFatal(thrown);
        cancel();
        caller.onError(new Unanswered(thrown));
    }

    private void end(@Nullable Throwable problem) {
        over = true;
        exchange.group().ended();
        if (problem == null) {
            caller.onComplete();
        } else {
            caller.onError(problem);
        }
    }

    @Override
    public void request(long count) {
        if (Operators.validate(count) && getAndAccumulate(count, Operators::addCap) == 0) {
            exchange.resume();
        }
    }

    /** What still comes is thrown away. */
    @Override
    public void cancel() {
        if (!over) {
            over = true;
            exchange.group().over();
            exchange.resume();
        }
    }
}
