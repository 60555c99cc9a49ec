package dev.evenkeel.node;

import dev.evenkeel.PoolMetrics;
import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.error.Phase;
import dev.evenkeel.error.PoolExhaustedException;
import dev.evenkeel.event.ConnectionClosed;
import dev.evenkeel.event.ConnectionOpened;
import dev.evenkeel.event.Listeners;
import dev.evenkeel.flow.Instead;
import dev.evenkeel.lane.LaneSettings;
import dev.evenkeel.lane.Lanes;
import dev.evenkeel.time.Bounded;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.pool.InstrumentedPool;
import reactor.pool.PooledRef;

/**
 * The connections to one server, and the queue of those who wait for one. Thread-safe.
 *
 * <p>Connections carry the epoch in which they were opened. {@link #rotate()} raises the epoch: idle connections of an
 * older one are replaced at once, leased ones when they come back, and no call notices.
 */
public final class NodePool {

    private static final Duration BETWEEN_DISTRUSTS = Duration.ofSeconds(1);

    private final NodeConfig node;
    private final String name;
    private final PoolConfig config;
    private final Opening opening;
    private final Scheduler timer;
    private final Listeners listeners;
    private final SweepTimer sweeps;
    private final InstrumentedPool<TrackedConnection> pool;
    private final AtomicLong epoch = new AtomicLong();
    private final AtomicLong distrusted = new AtomicLong(System.nanoTime() - BETWEEN_DISTRUSTS.toNanos());
    private final Set<Lease> leases = ConcurrentHashMap.newKeySet();
    private final LongAdder opened = new LongAdder();
    private final LongAdder closed = new LongAdder();
    private final Creations<Opening.Opened> creations;
    private final boolean direct;
    private final Lanes lanes;
    private final Admission<PooledRef<TrackedConnection>> callers;
    private final Admission<Lease> guests;
    private final PeakLatency latency = new PeakLatency();
    private final AtomicInteger waitingHolders = new AtomicInteger();
    private volatile @Nullable Throwable lastConnectFailure;

    /** The {@code listeners} hear of each connection that is closed. */
    public NodePool(
            NodeConfig node,
            PoolConfig config,
            LaneSettings shared,
            Opening opening,
            Listeners listeners,
            Scheduler timer) {
        this.node = node;
        this.name = node.name();
        this.config = config;
        this.opening = opening;
        this.listeners = listeners;
        this.timer = timer;
        this.sweeps = new SweepTimer(timer);
        this.creations = new Creations<>(timer);
        this.callers = admission(this::places);
        this.guests = admission(() -> Math.max(1, config.maxSize() / 2));
        this.direct = ConnectionFactories.leavesStatementsToUs(node);
        this.lanes = new Lanes(node.name(), direct ? shared : shared.none(), opening::openLane, listeners, timer);
        this.pool = PoolFactory.create(config, Mono.defer(this::open), this::closed, epoch::get, sweeps);
    }

    private <T> Admission<T> admission(IntSupplier places) {
        return new Admission<>(places, config.maxQueue(), new ControlledDelay(config.queueTarget()), timer);
    }

    public String name() {
        return name;
    }

    public NodeConfig node() {
        return node;
    }

    private Mono<TrackedConnection> open() {
        return creations
                .open(Mono.defer(this::openTimed))
                .doOnError(failure -> lastConnectFailure = failure)
                .map(this::track);
    }

    private Mono<Opening.Opened> openTimed() {
        long begun = System.nanoTime();
        return opening.openSession()
                .doOnNext(session -> listeners.onConnectionOpened(
                        new ConnectionOpened(name(), Duration.ofNanos(System.nanoTime() - begun))));
    }

    private TrackedConnection track(Opening.Opened session) {
        lastConnectFailure = null;
        opened.increment();
        Lifetime lifetime = Lifetime.begin(epoch.get(), config.maxLifetime(), timer);
        return new TrackedConnection(session, direct, lifetime, listeners, timer);
    }

    private void closed(TrackedConnection connection) {
        closed.increment();
        listeners.onConnectionClosed(
                new ConnectionClosed(name(), connection.closingReason(epoch.get()), connection.age()));
    }

    /**
     * Opens {@code minSize} connections; emits how many were opened. The pool lays them down without a look at who waits, and
     * whoever came meanwhile and found no place for one more would wait until somebody else comes: so somebody does.
     */
    public Mono<Integer> warmUp() {
        return pool.warmup()
                .onErrorResume(failure -> serveTheWaiting().then(Mono.error(failure)))
                .flatMap(opened -> serveTheWaiting().then(keepLanes()).thenReturn(opened));
    }

    /** Never an error: queries do without, and a server that takes no more connections has none to spare for them. */
    private Mono<Void> keepLanes() {
        return Mono.defer(() -> creations.isSaturated() ? Mono.empty() : lanes.keepOpen())
                .onErrorComplete();
    }

    private Mono<Void> serveTheWaiting() {
        return Mono.defer(() -> {
            InstrumentedPool.PoolMetrics metrics = pool.metrics();
            return metrics.pendingAcquireSize() > 0 && metrics.idleSize() > 0
                    ? pool.acquire()
                            .flatMap(PooledRef::release)
                            .contextWrite(LateConnections.RETURNED)
                            .onErrorComplete()
                    : Mono.empty();
        });
    }

    /** Opens what is missing to {@code minSize}; to be called now and then. Never an error: the next call tries again. */
    public Mono<Void> keepWarm() {
        return Mono.defer(() -> {
                    PoolMetrics state = state();
                    return state.active() + state.idle() < config.minSize() ? warmUp().then() : keepLanes();
                })
                .onErrorComplete();
    }

    /** The server is known to be there again: nobody has to wait before he tries. */
    public void encourage() {
        creations.encourage();
    }

    /**
     * Emits a clean connection. Cancelling before it is emitted gives it back unseen.
     *
     * @param patience how long to wait; ends in a {@link PoolExhaustedException}, or in a {@link NodeUnavailableException}
     *     when connections could not be opened meanwhile
     * @param requestId identifies the caller in those
     */
    public Mono<Lease> acquire(Duration patience, Supplier<String> requestId) {
        Turnaway turnaway = new Turnaway(this, requestId);
        return bounded(inTurn(turnaway), patience, turnaway);
    }

    /** The same for a read that belongs on a replica: such guests together never take more than half of the connections. */
    public Mono<Lease> acquireAsGuest(Duration patience, Supplier<String> requestId) {
        Turnaway turnaway = new Turnaway(this, requestId);
        return bounded(guests.admit(inTurn(turnaway), turnaway).doOnNext(Lease::becomeGuest), patience, turnaway);
    }

    /** When the server takes no more connections, the turn has come too early: the next one that is given back will do. */
    private Mono<Lease> inTurn(Turnaway turnaway) {
        return Instead.of(
                new OnItsLoop(callers.admit(pool.acquire(), turnaway), this::lend),
                failure -> Creations.isSaturation(failure) && connections() > 0 ? inTurn(turnaway) : null);
    }

    private Mono<Lease> bounded(Mono<Lease> lease, Duration patience, Turnaway turnaway) {
        return Bounded.one(lease, patience, timer, () -> turnaway.notInTime(patience, lastConnectFailure))
                .contextWrite(LateConnections.RETURNED);
    }

    /** Those that are there, not those that are being opened. */
    private int connections() {
        return leases.size() + state().idle();
    }

    /** While the server takes no more connections, nobody is let through who would need another one. */
    private int places() {
        return creations.isSaturated() ? Math.max(1, connections()) : config.maxSize();
    }

    private Lease lend(PooledRef<TrackedConnection> pooled) {
        Lease lease = new Lease(this, pooled, timer);
        leases.add(lease);
        pooled.poolable().lentTo(lease);
        if (pool.isDisposed()) {
            // Passed on while the pool was being closed, and maybe after the last look at who has one.
            lease.sever();
        }
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
        latency.record(lease.heldNanos());
        if (lease.isGuest()) {
            guests.leave();
        }
    }

    /** The place of a lease that is over is free. */
    void leaves() {
        callers.leave();
    }

    /**
     * The connection of a lease that is over is for whoever has waited longest, and the place with it: returns what gives it to him.
     * {@code null} when it must go back into the pool: nobody waits in front of it, somebody waits inside, or it is not to be used
     * again.
     */
    @Nullable
    Runnable passOn(PooledRef<TrackedConnection> pooled) {
        TrackedConnection connection = pooled.poolable();
        boolean ready = !pool.isDisposed()
                && pool.metrics().pendingAcquireSize() == 0
                && connection.isReadyForNext(epoch.get());
        return ready ? callers.passOn(pooled, connection.relay()) : null;
    }

    /** What one more call costs here, compared with other nodes: how slow it is, times how many share it. */
    public double cost() {
        return (1 + latency.nanos()) * (1 + leases.size() + lanes.load());
    }

    /** The connections that read-only queries share. */
    public Lanes lanes() {
        return lanes;
    }

    /**
     * The node is not what it was: no connection of today will be handed out again, and those in use are broken off, all of
     * them or only the reads.
     */
    public void giveUp(boolean all) {
        retire();
        lanes.sever(lane -> true);
        for (Lease lease : leases) {
            if (all || lease.phase() == Phase.READING) {
                lease.sever();
            }
        }
    }

    /** Whether the server has said a moment ago that it takes no more connections. */
    public boolean isSaturated() {
        return creations.isSaturated();
    }

    /** Another server answers under this name: what leads to the one before is broken off, and not handed out again. */
    public void leadsTo(long started) {
        retire();
        lanes.sever(lane -> lane.started() != started);
        for (Lease lease : leases) {
            if (lease.started() != started) {
                lease.sever();
            }
        }
    }

    /** No connection of today will be handed out again: idle ones are closed at once, those in use when they come back. */
    public void retire() {
        epoch.incrementAndGet();
        sweeps.hurry();
        lanes.retire();
    }

    /**
     * Calls have lost one connection after the other: the others are replaced before somebody gets them. Many say so at the same
     * moment, and of what was opened meanwhile none of them knows anything.
     */
    public void distrust() {
        long now = System.nanoTime();
        long before = distrusted.get();
        if (now - before > BETWEEN_DISTRUSTS.toNanos() && distrusted.compareAndSet(before, now)) {
            retire();
        }
    }

    /** How long a call without an earlier deadline waits for a connection. */
    public Duration patience() {
        return config.acquireTimeout();
    }

    public PoolMetrics state() {
        InstrumentedPool.PoolMetrics metrics = pool.metrics();
        return new PoolMetrics(
                metrics.acquiredSize(),
                metrics.idleSize(),
                callers.waiting() + guests.waiting() + metrics.pendingAcquireSize(),
                metrics.getMaxAllocatedSize());
    }

    /** Connections that are leased now. */
    public int inUse() {
        return leases.size();
    }

    /** Connections closed since the start. */
    public long closed() {
        return closed.sum();
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
        return Mono.fromRunnable(this::retire).then(warmUp()).then();
    }

    /** Closes idle connections now and leased ones when they come back; later callers are refused. */
    public Mono<Void> dispose() {
        return lanes.close().then(pool.disposeLater());
    }
}
