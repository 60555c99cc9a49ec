package dev.evenkeel.spring.transaction;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * The connection that a transaction has taken for its BEGIN. When the caller goes away between the end of that and the transaction's
 * arrival at him, Reactor's operators drop the transaction, and nothing but this knows the connection. Thread-safe.
 */
final class Taken {

    private static final Object GIVEN_UP = new Object();

    /** Nothing, then the connection or {@link #GIVEN_UP}. */
    private final AtomicReference<@Nullable Object> state = new AtomicReference<>();

    Context into(Context context) {
        return context.put(Taken.class, this);
    }

    /** The one of the transaction that is being begun here. */
    static Optional<Taken> in(ContextView context) {
        return context.getOrEmpty(Taken.class);
    }

    void by(GuardedConnection connection) {
        if (!state.compareAndSet(null, connection)) {
            giveUp(connection);
        }
    }

    /** Gives it back, also when it is still to come. A second time does nothing. */
    void giveUp() {
        if (state.getAndSet(GIVEN_UP) instanceof GuardedConnection connection) {
            giveUp(connection);
        }
    }

    /** Nobody is left to wait for it. */
    private static void giveUp(GuardedConnection connection) {
        connection.giveUp().subscribe();
    }
}
