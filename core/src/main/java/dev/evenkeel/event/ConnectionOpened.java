package dev.evenkeel.event;

import java.time.Duration;

/**
 * A pool has opened a connection. Immutable.
 *
 * @param node the server, as {@code host:port}
 * @param took from the first packet to the end of the login
 */
public record ConnectionOpened(String node, Duration took) {}
