package dev.evenkeel;

import dev.evenkeel.error.InvalidConfigurationException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a caller wants from a connection. Immutable; each method returns a changed copy.
 *
 * @param readOnly whether a replica may serve the call
 * @param consistency how fresh a read must be; ignored for writes
 * @param maxStaleness bound for {@link ReadConsistency#BOUNDED}; {@code null} for the configured one
 * @param timeout the whole call ends by then, waiting for a connection included; {@code null} for the configured one
 * @param transactional what is written becomes known to anybody only after the connection was given back
 * @param label names the call in events, metrics and messages; no values in it
 */
public record ConnectionOptions(
        boolean readOnly,
        ReadConsistency consistency,
        @Nullable Duration maxStaleness,
        @Nullable Duration timeout,
        boolean transactional,
        String label) {

    private static final ConnectionOptions WRITE =
            new ConnectionOptions(false, ReadConsistency.STRONG, null, null, false, "connection");
    private static final ConnectionOptions READ =
            new ConnectionOptions(true, ReadConsistency.READ_YOUR_WRITES, null, null, false, "connection");

    public ConnectionOptions {
        requirePositive("timeout", timeout);
        requirePositive("maxStaleness", maxStaleness);
    }

    /** Refuses a bound that no call could meet. */
    public static void requirePositive(String setting, @Nullable Duration value) {
        if (value != null && (value.isZero() || value.isNegative())) {
            throw InvalidConfigurationException.of(
                    setting, value, "longer than zero", "leave it out to use the configured one");
        }
    }

    /** A connection to the primary. */
    public static ConnectionOptions write() {
        return WRITE;
    }

    /** A connection for reading what this manager has written so far, from a replica if one is fresh enough. */
    public static ConnectionOptions read() {
        return READ;
    }

    /** A connection for reading. */
    public static ConnectionOptions read(ReadConsistency consistency) {
        return new ConnectionOptions(true, consistency, null, null, false, READ.label);
    }

    public ConnectionOptions timeout(Duration bound) {
        return new ConnectionOptions(readOnly, consistency, maxStaleness, bound, transactional, label);
    }

    public ConnectionOptions maxStaleness(Duration bound) {
        return new ConnectionOptions(readOnly, consistency, bound, timeout, transactional, label);
    }

    /**
     * A promise of whoever takes the connection: it runs one transaction on it, and tells nobody that it was committed before
     * the connection is given back. Until then reads by others need not go to the primary.
     */
    public ConnectionOptions forOneTransaction() {
        return new ConnectionOptions(readOnly, consistency, maxStaleness, timeout, true, label);
    }

    public ConnectionOptions label(String name) {
        return new ConnectionOptions(readOnly, consistency, maxStaleness, timeout, transactional, name);
    }
}
