package dev.evenkeel;

import dev.evenkeel.event.RequestScope;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * What calls read from the Reactor Context. All keys are here.
 *
 * <p>{@code contextWrite(CallContext.options(ConnectionOptions.read()))} makes connections that a library takes from
 * {@link ReactiveDatabaseManager#connectionFactory()} further up the chain be for reading.
 */
public final class CallContext {

    private static final Object OPTIONS = new Key("evenkeel.options");
    private static final Object DEADLINE = new Key("evenkeel.deadline");
    private static final Object SESSION = new Key("evenkeel.session");
    private static final Object REQUEST = new Key("evenkeel.request");
    private static final Object PRINCIPAL = new Key("evenkeel.principal");
    private static final Object CONNECTION = new Key("evenkeel.connection");

    private CallContext() {}

    /** Options for connections that are taken without any. */
    public static Function<Context, Context> options(ConnectionOptions options) {
        return context -> context.put(OPTIONS, options);
    }

    public static Optional<ConnectionOptions> options(ContextView context) {
        return context.getOrEmpty(OPTIONS);
    }

    /**
     * Calls inside must have ended so long after the subscription, all of them together, unless a limit of their own or one
     * around this one is earlier. Whoever takes too long is stopped as at a timeout of its own.
     */
    public static Function<Context, Context> timeout(Duration limit) {
        ConnectionOptions.requirePositive("timeout", limit);
        return context -> {
            Deadline own = new Deadline(System.nanoTime() + limit.toNanos(), limit);
            return deadline(deadline(context).map(own::earlier).orElse(own)).apply(context);
        };
    }

    /** The same for a deadline on the clock of the manager. */
    public static Function<Context, Context> deadline(Deadline deadline) {
        return context -> context.put(DEADLINE, deadline);
    }

    public static Optional<Deadline> deadline(ContextView context) {
        return context.getOrEmpty(DEADLINE);
    }

    /** Calls inside are made for this client: its reads see what it has written and seen before. */
    public static Function<Context, Context> session(ReadSession session) {
        return context -> context.put(SESSION, session);
    }

    public static Optional<ReadSession> session(ContextView context) {
        return context.getOrEmpty(SESSION);
    }

    /** Calls inside belong to one request, a new one for each subscription; see {@link RequestScope}. */
    public static Function<Context, Context> request(String name) {
        return context -> context.put(REQUEST, new RequestScope(name));
    }

    /** The same for a name that is known only once the request is being handled: it is asked for with each call. */
    public static Function<Context, Context> request(Supplier<String> name) {
        return context -> context.put(REQUEST, new RequestScope(name));
    }

    public static Optional<RequestScope> request(ContextView context) {
        return context.getOrEmpty(REQUEST);
    }

    /** Who makes the calls inside, for the audit of administrative actions. */
    public static Function<Context, Context> principal(String name) {
        return context -> context.put(PRINCIPAL, name);
    }

    public static Optional<String> principal(ContextView context) {
        return context.getOrEmpty(PRINCIPAL);
    }

    /** Calls inside run while this connection is held by the call around them. */
    public static Function<Context, Context> connection(Connection held) {
        return context -> context.put(CONNECTION, held);
    }

    public static Optional<Connection> connection(ContextView context) {
        return context.getOrEmpty(CONNECTION);
    }

    private record Key(String name) {}
}
