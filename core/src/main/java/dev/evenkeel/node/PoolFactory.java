package dev.evenkeel.node;

import dev.evenkeel.config.PoolConfig;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.pool.PooledRefMetadata;
import reactor.scheduler.clock.SchedulerClock;

/**
 * Builds the r2dbc-pool of a node. Its own knobs are not enough: whether a connection may stay is decided by our
 * predicate, which the pool asks before each hand-out, at each return, and in the background.
 */
final class PoolFactory {

    private static final Duration SWEEP = Duration.ofSeconds(1);

    private PoolFactory() {}

    static ConnectionPool create(
            PoolConfig config,
            Supplier<Mono<TrackedConnection>> open,
            Consumer<TrackedConnection> onClose,
            LongSupplier epoch,
            SweepTimer timer) {
        AtomicReference<ConnectionPool> self = new AtomicReference<>();
        ConnectionPool pool = new ConnectionPool(ConnectionPoolConfiguration.builder(new Opener(open))
                .acquireRetry(0)
                .clock(SchedulerClock.of(timer))
                .customizer(builder -> builder.sizeBetween(
                                config.minSize(),
                                config.maxSize(),
                                Math.max(1, Math.min(config.minSize(), Creations.AT_ONCE)))
                        .releaseHandler(connection ->
                                connection instanceof TrackedConnection tracked ? tracked.cleanUp() : Mono.empty())
                        .destroyHandler(connection -> {
                            if (connection instanceof TrackedConnection tracked) {
                                onClose.accept(tracked);
                            }
                            return Mono.from(connection.close());
                        })
                        .evictInBackground(SWEEP, timer)
                        .evictionPredicate((connection, use) -> !(connection instanceof TrackedConnection tracked)
                                || !tracked.clean()
                                || tracked.epoch() < epoch.getAsLong()
                                || tracked.isExpired()
                                || idleTooLong(use, config, self.get())))
                .build());
        self.set(pool);
        return pool;
    }

    private static boolean idleTooLong(PooledRefMetadata use, PoolConfig config, ConnectionPool pool) {
        return use.idleTime() >= config.idleTimeout().toMillis()
                && pool.getMetrics()
                        .map(metrics -> metrics.allocatedSize() > config.minSize())
                        .orElse(true);
    }

    private record Opener(Supplier<Mono<TrackedConnection>> open) implements ConnectionFactory {

        @Override
        public Publisher<? extends Connection> create() {
            return Mono.defer(open);
        }

        @Override
        public ConnectionFactoryMetadata getMetadata() {
            return () -> "PostgreSQL";
        }

        /** The pool puts this into its messages. */
        @Override
        public String toString() {
            return "PostgreSQL";
        }
    }
}
