package dev.evenkeel;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.LeaseMisuseException;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Wrapped;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What a connection of the manager's can do beyond the SPI, and what it tells about itself. Every connection that a function of
 * the user's gets is one, or wraps one: {@link #of}. Thread-safe to the degree the driver is.
 */
public interface LeasedConnection extends Connection {

    /** {@code host:port} of the server at the other end. */
    String node();

    /** Identifies the call that holds it. */
    String requestId();

    /**
     * Sends data to the server by {@code copy ... from stdin}, in whatever format that statement names: the fastest way to bring rows
     * into a table. As part of whatever transaction is open here; without one it is a transaction of its own.
     *
     * <p>Emits how many rows the server has stored, also 0. The data may be cut anywhere; it is asked for as fast as the server takes
     * it. A piece must not be changed after it was emitted. Cancelling, or an error of the data, which is passed on, stores nothing;
     * an open transaction can then only be rolled back, at least to a savepoint.
     *
     * <p>Errors: {@link dev.evenkeel.error.QueryFailedException} for another statement, before anything is sent; what the server
     * says of rows that it cannot read names the line.
     */
    Mono<Long> copyIn(String sql, Publisher<byte[]> data);

    /**
     * Fetches data by {@code copy ... to stdout}, in whatever format that statement names: the fastest way to get many rows. In the
     * formats {@code text} and {@code csv} each item is one line, with its end.
     *
     * <p>The server sends as fast as the items are asked for; the connection is held meanwhile. Completes empty when there is no
     * data. Cancelling stops the server when the connection is given back. Errors: {@link dev.evenkeel.error.QueryFailedException}
     * for another statement, before anything is sent; otherwise those of {@link Query}.
     */
    Flux<byte[]> copyOut(String sql);

    /**
     * The manager's connection inside one that a library has wrapped.
     *
     * @throws dev.evenkeel.error.LeaseMisuseException when it is none of the manager's
     */
    static LeasedConnection of(Connection connection) {
        Object link = connection;
        // Nobody wraps so often; one that wraps itself ends here, too.
        for (int depth = 0; depth < 10 && link instanceof Wrapped<?> wrapper; depth++) {
            if (link instanceof LeasedConnection) {
                break;
            }
            // Some answer with what they wrap, whatever the type; others show what we look for only when asked for it.
            Object found = wrapper.unwrap(LeasedConnection.class);
            link = found instanceof LeasedConnection ? found : wrapper.unwrap();
        }
        if (link instanceof LeasedConnection leased) {
            return leased;
        }
        throw new LeaseMisuseException(Failure.of(
                "FOREIGN_CONNECTION",
                ErrorType.QUERY,
                "This connection was not made by the manager: "
                        + connection.getClass().getName(),
                "use the connection that the manager's function was called with"));
    }
}
