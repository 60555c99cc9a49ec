package dev.evenkeel.node;

import dev.evenkeel.PoolMetrics;
import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.error.PoolExhaustedException;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ValidationDepth;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.pool.PoolAcquirePendingLimitException;

/**
 * The connections to one server. Thread-safe.
 *
 * <p>Connections carry the epoch in which they were opened. {@link #rotate()} raises the epoch: idle connections of an
 * older one are replaced at once, leased ones when they come back, and no call notices.
 */
public final class NodePool {

    private static final Duration CHECK_BOUND = Duration.ofSeconds(1);
    private static final double LIFETIME_SPREAD = 0.15;

    private final NodeConfig node;
    private final PoolConfig config;
    private final Opening opening;
    private final Scheduler timer;
    private final ConnectionPool pool;
    private final AtomicLong epoch = new AtomicLong();
    private final Set<Lease> leases = ConcurrentHashMap.newKeySet();
    private final LongAdder opened = new LongAdder();
    private final AtomicInteger waitingHolders = new AtomicInteger();
    private volatile @Nullable Throwable lastConnectFailure;

    public NodePool(NodeConfig node, PoolConfig config, Opening opening, Scheduler timer) {
        this.node = node;
        this.config = config;
        this.opening = opening;
        this.timer = timer;
        this.pool = PoolFactory.create(config, this::open, epoch::get, timer);
    }

    public String name() {
        return node.name();
    }

    public NodeConfig node() {
        return node;
    }

    private Mono<TrackedConnection> open() {
        return opening.open().doOnError(failure -> lastConnectFailure = failure).map(this::track);
    }

    private TrackedConnection track(PostgresqlConnection raw) {
        lastConnectFailure = null;
        opened.increment();
        double share = 1 - LIFETIME_SPREAD * ThreadLocalRandom.current().nextDouble();
        Duration lifetime = Duration.ofMillis((long) (config.maxLifetime().toMillis() * share));
        return new TrackedConnection(raw, epoch.get(), lifetime, timer);
    }

    /** Opens {@code minSize} connections; emits how many there are. */
    public Mono<Integer> warmUp() {
        return pool.warmup();
    }

    /**
     * Emits a clean connection. Cancelling before it is emitted gives it back unseen.
     *
     * @param patience how long to wait; ends in a {@link PoolExhaustedException}, or in a {@link NodeUnavailableException}
     *     when connections could not be opened meanwhile
     * @param requestId identifies the caller in those
     */
    public Mono<Lease> acquire(Duration patience, Supplier<String> requestId) {
        return pool.create()
                .timeout(patience, timer)
                .contextWrite(LateConnections.RETURNED)
                .onErrorMap(TimeoutException.class, late -> notInTime(patience, requestId))
                .onErrorMap(PoolAcquirePendingLimitException.class, refused -> refusal(requestId))
                .map(this::lend);
    }

    private Lease lend(Connection pooled) {
        if (!(pooled instanceof Wrapped<?> wrapped) || !(wrapped.unwrap() instanceof TrackedConnection tracked)) {
            throw new IllegalStateException("the pool handed out " + pooled + ", which is not one of ours");
        }
        Lease lease = new Lease(this, pooled, tracked, timer);
        leases.add(lease);
        tracked.lentTo(lease);
        return lease;
    }

    boolean holderBeginsToWait() {
        return waitingHolders.incrementAndGet() < config.maxSize();
    }

    void holderEndsToWait() {
        waitingHolders.decrementAndGet();
    }

    void returned(Lease lease) {
        leases.remove(lease);
    }

    private Throwable notInTime(Duration patience, Supplier<String> requestId) {
        PoolMetrics state = state();
        Throwable failure = lastConnectFailure;
        if (failure != null && state.active() + state.idle() == 0) {
            return new NodeUnavailableException(Failure.of(
                            "CONNECT_FAILED",
                            ErrorType.CONNECTION,
                            "No connection to %s could be opened within %s: %s"
                                    .formatted(name(), patience, failure.getMessage()),
                            "check that the server runs and that host and port are those of '%s'"
                                    .formatted(node.setting()))
                    .with(Map.of("node", name()))
                    .retryable(true)
                    .in(requestId.get())
                    .causedBy(failure));
        }
        return exhausted("No connection to %s became free within %s".formatted(name(), patience), requestId, failure);
    }

    private PoolExhaustedException exhausted(String what, Supplier<String> requestId, @Nullable Throwable cause) {
        PoolMetrics state = state();
        return new PoolExhaustedException(Failure.of(
                        "POOL_EXHAUSTED",
                        ErrorType.PERFORMANCE,
                        "%s (%s)".formatted(what, state),
                        "hold connections for a shorter time: no waiting for other services inside a transaction",
                        "look for slow statements",
                        "raise pool.maxSize if the server has cores to spare")
                .with(Map.of(
                        "node", name(),
                        "active", String.valueOf(state.active()),
                        "waiting", String.valueOf(state.waiting()),
                        "max", String.valueOf(state.max())))
                .retryable(true)
                .in(requestId.get())
                .causedBy(cause));
    }

    /** How long a call without an earlier deadline waits for a connection. */
    public Duration patience() {
        return config.acquireTimeout();
    }

    /** Whether a further caller would have to wait behind a full queue. */
    public boolean isFull() {
        PoolMetrics state = state();
        return state.idle() == 0 && state.active() >= state.max() && state.waiting() >= config.maxQueue();
    }

    /** Refuses a caller before it queues. */
    public PoolExhaustedException refusal(Supplier<String> requestId) {
        return exhausted("Too many calls wait for a connection to " + name(), requestId, null);
    }

    public PoolMetrics state() {
        return pool.getMetrics()
                .map(metrics -> new PoolMetrics(
                        metrics.acquiredSize(),
                        metrics.idleSize(),
                        metrics.pendingAcquireSize(),
                        metrics.getMaxAllocatedSize()))
                .orElse(PoolMetrics.EMPTY);
    }

    /** Connections that are leased now. */
    public int inUse() {
        return leases.size();
    }

    /** Connections opened since the start. */
    public long opened() {
        return opened.sum();
    }

    /** Who holds a connection at this moment. */
    public List<Lease> leases() {
        return List.copyOf(leases);
    }

    /** Replaces all connections without disturbing a call; completes when the idle ones are marked. */
    public Mono<Void> rotate() {
        return Mono.fromRunnable(epoch::incrementAndGet).then(warmUp()).then();
    }

    /**
     * Asks the server through every idle connection and closes those that do not answer within a second.
     *
     * @return how many answered, then how many were closed
     */
    public Mono<Validation> validateIdle() {
        return Mono.fromSupplier(() -> state().idle())
                .flatMapMany(idle -> Flux.range(0, idle)
                        .flatMap(
                                one -> Mono.usingWhen(acquire(CHECK_BOUND, () -> "-"), this::answers, Lease::release),
                                Math.max(1, idle)))
                .onErrorResume(unavailable -> Flux.just(false))
                .reduce(new Validation(0, 0), Validation::plus);
    }

    private Mono<Boolean> answers(Lease lease) {
        return Mono.from(lease.validate(ValidationDepth.REMOTE))
                .timeout(CHECK_BOUND, timer)
                .onErrorReturn(false)
                .flatMap(good -> good ? Mono.just(true) : lease.discard().thenReturn(false));
    }

    /** Result of {@link #validateIdle()}. */
    public record Validation(int good, int replaced) {

        Validation plus(boolean answered) {
            return answered ? new Validation(good + 1, replaced) : new Validation(good, replaced + 1);
        }
    }

    /** Closes idle connections now and leased ones when they come back; later callers are refused. */
    public Mono<Void> dispose() {
        return pool.disposeLater();
    }
}
