package dev.evenkeel;

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

    private record Key(String name) {}
}
