package dev.evenkeel.node;

import dev.evenkeel.config.PoolConfig;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.pool.InstrumentedPool;
import reactor.pool.PoolBuilder;
import reactor.pool.PooledRefMetadata;
import reactor.scheduler.clock.SchedulerClock;

/**
 * Builds the pool of a node. Whether a connection may stay is decided by our predicate, which the pool asks before each hand-out,
 * at each return, and in the background. The connection that was used last is handed out first, so that spare ones grow old.
 */
final class PoolFactory {

    private static final Duration SWEEP = Duration.ofSeconds(1);

    private PoolFactory() {}

    static InstrumentedPool<TrackedConnection> create(
            PoolConfig config,
            Mono<TrackedConnection> open,
            Consumer<TrackedConnection> onClose,
            LongSupplier epoch,
            SweepTimer timer) {
        AtomicReference<@Nullable InstrumentedPool<TrackedConnection>> self = new AtomicReference<>();
        InstrumentedPool<TrackedConnection> pool = PoolBuilder.from(open)
                .clock(SchedulerClock.of(timer))
                .sizeBetween(
                        config.minSize(), config.maxSize(), Math.max(1, Math.min(config.minSize(), Creations.AT_ONCE)))
                .maxPendingAcquireUnbounded()
                .idleResourceReuseMruOrder()
                .releaseHandler(TrackedConnection::cleanUp)
                .destroyHandler(connection -> {
                    onClose.accept(connection);
                    return connection.close();
                })
                .evictInBackground(SWEEP, timer)
                .evictionPredicate((connection, use) ->
                        !connection.isFit(epoch.getAsLong()) || idleTooLong(use, config, self.get()))
                .buildPool();
        self.set(pool);
        return pool;
    }

    private static boolean idleTooLong(
            PooledRefMetadata use, PoolConfig config, @Nullable InstrumentedPool<TrackedConnection> pool) {
        return use.idleTime() >= config.idleTimeout().toMillis()
                && pool != null
                && pool.metrics().allocatedSize() > config.minSize();
    }
}
