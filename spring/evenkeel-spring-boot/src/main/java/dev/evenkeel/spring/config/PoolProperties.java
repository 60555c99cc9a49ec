package dev.evenkeel.spring.config;

import dev.evenkeel.config.PoolConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Connections to each server; {@code null} for the default.
 *
 * @param minSize Connections opened at the start and kept. The default is 5.
 * @param maxSize Most connections to one server. The default is 20.
 * @param idleTimeout Time after which an unused connection is closed while there are more than min-size. The default is 30s.
 * @param maxLifetime Age at which a connection is replaced, less up to 15 % at random. The default is 30m.
 * @param connectTimeout Longest time for TCP, TLS and login together. The default is 5s.
 * @param acquireTimeout Longest wait for a connection. The default is 60s.
 * @param maxQueue Most calls that wait for one server. The default is 1000.
 * @param queueTarget Wait within which somebody must be served, or calls are sent away. The default is 2s.
 * @param lanes Connections beside the pool that read-only queries share, or 0 for none. The default is 2.
 */
public record PoolProperties(
        @Nullable Integer minSize,
        @Nullable Integer maxSize,
        @Nullable Duration idleTimeout,
        @Nullable Duration maxLifetime,
        @Nullable Duration connectTimeout,
        @Nullable Duration acquireTimeout,
        @Nullable Integer maxQueue,
        @Nullable Duration queueTarget,
        @Nullable Integer lanes) {

    private static <T> T first(@Nullable T own, @Nullable T springs, T otherwise) {
        if (own != null) {
            return own;
        }
        return springs != null ? springs : otherwise;
    }

    /** These settings, then those of Spring's own pool that mean the same, then the given ones. */
    PoolConfig over(SpringPoolProperties spring, PoolConfig defaults) {
        int most = first(maxSize, spring.maxSize(), defaults.maxSize());
        return PoolConfig.builder()
                .maxSize(most)
                // Whoever lowers only the maximum does not mean to contradict himself.
                .minSize(first(minSize, spring.minIdle(), Math.min(defaults.minSize(), Math.max(most, 0))))
                .idleTimeout(first(idleTimeout, spring.maxIdleTime(), defaults.idleTimeout()))
                .maxLifetime(first(maxLifetime, spring.maxLifeTime(), defaults.maxLifetime()))
                .connectTimeout(first(connectTimeout, spring.maxCreateConnectionTime(), defaults.connectTimeout()))
                .acquireTimeout(first(acquireTimeout, spring.maxAcquireTime(), defaults.acquireTimeout()))
                .maxQueue(first(maxQueue, null, defaults.maxQueue()))
                .queueTarget(first(queueTarget, null, defaults.queueTarget()))
                .lanes(first(lanes, null, defaults.lanes()))
                .build();
    }
}
