package dev.evenkeel;

import io.r2dbc.spi.Connection;

/**
 * What a connection of the manager's tells about itself, for libraries that stand between it and its user:
 * {@code ((Wrapped<?>) connection).unwrap(LeasedConnection.class)}.
 */
public interface LeasedConnection extends Connection {

    /** {@code host:port} of the server at the other end. */
    String node();

    /** Identifies the call that holds it. */
    String requestId();
}
