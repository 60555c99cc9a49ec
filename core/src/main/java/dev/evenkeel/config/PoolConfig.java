package dev.evenkeel.config;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import dev.evenkeel.error.InvalidConfigurationException;
import java.time.Duration;

/**
 * Settings of the connection pool that each node has. Immutable.
 *
 * @param minSize connections opened at the start and kept; 0 to {@code maxSize}; default {@value #DEFAULT_MIN_SIZE}
 * @param maxSize most connections to one node; 1 to 1,000; default {@value #DEFAULT_MAX_SIZE}. All instances of the
 *     application together must stay below the server's {@code max_connections}
 * @param idleTimeout a connection unused for so long is closed while more than {@code minSize} are open; default 30 s
 * @param maxLifetime a connection is replaced at this age, spread by up to 15 % so that not all go at once; default 30 min
 * @param connectTimeout bound for TCP, TLS, login and session set-up together; default 5 s
 * @param acquireTimeout how long a call waits for a connection, unless its own deadline is shorter; default 60 s
 * @param maxQueue most calls that wait for one node; a further one is refused at once; default {@value #DEFAULT_MAX_QUEUE}
 * @param queueTarget when for two seconds nobody was served within this wait, more calls arrive than can be served: whoever has
 *     then waited twice as long is sent away, so that the others are served soon; 1 ms to 10 minutes; default 2 s. For
 *     requests that people wait for, 50 ms; for batch jobs as much as {@code acquireTimeout}
 * @param lanes connections beside the pool that read-only queries outside transactions share, each sent without waiting for the
 *     answers of those before it; 0 to 64; default 2; 0 for a connection of its own for every query
 */
public record PoolConfig(
        int minSize,
        int maxSize,
        Duration idleTimeout,
        Duration maxLifetime,
        Duration connectTimeout,
        Duration acquireTimeout,
        int maxQueue,
        Duration queueTarget,
        int lanes) {

    public static final int DEFAULT_MIN_SIZE = 5;
    public static final int DEFAULT_MAX_SIZE = 20;
    public static final Duration DEFAULT_IDLE_TIMEOUT = ofSeconds(30);
    public static final Duration DEFAULT_MAX_LIFETIME = ofMinutes(30);
    public static final Duration DEFAULT_CONNECT_TIMEOUT = ofSeconds(5);
    public static final Duration DEFAULT_ACQUIRE_TIMEOUT = ofSeconds(60);
    public static final int DEFAULT_MAX_QUEUE = 1_000;
    public static final Duration DEFAULT_QUEUE_TARGET = ofSeconds(2);
    public static final int DEFAULT_LANES = 2;

    public PoolConfig {
        Require.between("pool.maxSize", maxSize, 1, 1_000, "start with 2 x the server's cores");
        Require.between("pool.minSize", minSize, 0, 1_000, "use 0 to open connections only when needed");
        if (minSize > maxSize) {
            throw InvalidConfigurationException.of(
                    "pool.minSize",
                    minSize,
                    "at most pool.maxSize (%d)".formatted(maxSize),
                    "lower it or raise maxSize");
        }
        Require.between("pool.idleTimeout", idleTimeout, ofSeconds(1), ofDays(1), "the default is 30 s");
        Require.between("pool.maxLifetime", maxLifetime, ofSeconds(10), ofDays(7), "the default is 30 min");
        Require.between("pool.connectTimeout", connectTimeout, ofMillis(50), ofMinutes(5), "the default is 5 s");
        Require.between("pool.acquireTimeout", acquireTimeout, ofMillis(10), ofMinutes(10), "the default is 60 s");
        Require.between("pool.maxQueue", maxQueue, 0, 1_000_000, "use 0 to refuse as soon as all are in use");
        Require.between("pool.queueTarget", queueTarget, ofMillis(1), ofMinutes(10), "the default is 2 s");
        Require.between("pool.lanes", lanes, 0, 64, "the default is 2; 0 gives every query a connection of its own");
    }

    public static PoolConfig defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; not thread-safe. Values are checked together by {@link #build()}. */
    public static final class Builder {

        private int minSize = DEFAULT_MIN_SIZE;
        private int maxSize = DEFAULT_MAX_SIZE;
        private Duration idleTimeout = DEFAULT_IDLE_TIMEOUT;
        private Duration maxLifetime = DEFAULT_MAX_LIFETIME;
        private Duration connectTimeout = DEFAULT_CONNECT_TIMEOUT;
        private Duration acquireTimeout = DEFAULT_ACQUIRE_TIMEOUT;
        private int maxQueue = DEFAULT_MAX_QUEUE;
        private Duration queueTarget = DEFAULT_QUEUE_TARGET;
        private int lanes = DEFAULT_LANES;

        private Builder() {}

        public Builder minSize(int connections) {
            this.minSize = connections;
            return this;
        }

        public Builder maxSize(int connections) {
            this.maxSize = connections;
            return this;
        }

        public Builder idleTimeout(Duration timeout) {
            this.idleTimeout = timeout;
            return this;
        }

        public Builder maxLifetime(Duration lifetime) {
            this.maxLifetime = lifetime;
            return this;
        }

        public Builder connectTimeout(Duration timeout) {
            this.connectTimeout = timeout;
            return this;
        }

        public Builder acquireTimeout(Duration timeout) {
            this.acquireTimeout = timeout;
            return this;
        }

        public Builder maxQueue(int calls) {
            this.maxQueue = calls;
            return this;
        }

        public Builder queueTarget(Duration wait) {
            this.queueTarget = wait;
            return this;
        }

        public Builder lanes(int connections) {
            this.lanes = connections;
            return this;
        }

        /**
         * Checks the settings together.
         *
         * @throws InvalidConfigurationException when a value is out of its range
         */
        public PoolConfig build() {
            return new PoolConfig(
                    minSize,
                    maxSize,
                    idleTimeout,
                    maxLifetime,
                    connectTimeout,
                    acquireTimeout,
                    maxQueue,
                    queueTarget,
                    lanes);
        }
    }
}
