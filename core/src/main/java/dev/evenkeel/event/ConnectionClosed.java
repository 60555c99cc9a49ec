package dev.evenkeel.event;

import java.time.Duration;

/**
 * A pool has closed a connection, or has found out that it was closed. Emitted once for each that was opened. Immutable.
 *
 * @param node the server, as {@code host:port}
 * @param age how long ago it was opened
 */
public record ConnectionClosed(String node, Reason reason, Duration age) {

    /** Why a connection has ended. */
    public enum Reason {
        /** The server has ended the session, and said so to the call that ran on it. */
        TERMINATED,
        /** It broke without a word: reset, half-open, or ended by the server while nobody used it. */
        LOST,
        /** Its node was demoted, replaced or taken for dead, or the connections were rotated. */
        RETIRED,
        /** It could not be cleaned in time, or its session's settings were changed. */
        UNCLEAN,
        /** It has reached {@code pool.maxLifetime}. */
        EXPIRED,
        /** It was not needed: unused for {@code pool.idleTimeout}, or the manager is shut down. */
        SPARE
    }
}
