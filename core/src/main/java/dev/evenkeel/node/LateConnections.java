package dev.evenkeel.node;

import java.util.function.Consumer;
import java.util.function.Function;
import reactor.pool.PooledRef;
import reactor.util.context.Context;

/**
 * Gives back a connection that is delivered in the very moment in which its caller gives up. Reactor drops such an
 * element on the floor and offers this hook as the only way to hear of it; nobody is left who could subscribe to the
 * release, so it is subscribed here.
 */
final class LateConnections {

    private static final String DROPPED = "reactor.onNextDropped.local";

    static final Function<Context, Context> RETURNED = context -> context.put(DROPPED, (Consumer<Object>) dropped -> {
        if (dropped instanceof PooledRef<?> pooled) {
            pooled.release().onErrorComplete().subscribe();
        } else if (dropped instanceof Lease lease) {
            lease.abandon().subscribe();
        }
    });

    private LateConnections() {}
}
