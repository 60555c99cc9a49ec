package dev.evenkeel;

import io.r2dbc.spi.Connection;
import java.util.Optional;
import java.util.function.Function;
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
    private static final Object CONNECTION = new Key("evenkeel.connection");

    private CallContext() {}

    /** Options for connections that are taken without any. */
    public static Function<Context, Context> options(ConnectionOptions options) {
        return context -> context.put(OPTIONS, options);
    }

    public static Optional<ConnectionOptions> options(ContextView context) {
        return context.getOrEmpty(OPTIONS);
    }

    /** Calls inside obey this deadline if it is earlier than their own. */
    public static Function<Context, Context> deadline(Deadline deadline) {
        return context -> context.put(DEADLINE, deadline);
    }

    public static Optional<Deadline> deadline(ContextView context) {
        return context.getOrEmpty(DEADLINE);
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
