package dev.evenkeel.node;

import dev.evenkeel.Deadline;
import dev.evenkeel.ForwardingConnection;
import dev.evenkeel.LeasedConnection;
import dev.evenkeel.TransactionOptions;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.error.Phase;
import dev.evenkeel.event.RequestScope;
import dev.evenkeel.time.Bounded;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.pool.PooledRef;

/**
 * One caller's time with a connection; this is the {@link Connection} that users see. Thread-safe to the degree the
 * driver is. After its release every use is a {@link LeaseMisuseException}.
 */
public final class Lease extends ForwardingConnection implements LeasedConnection, Wrapped<Connection> {

    /** Twice what a connection takes at most to clean itself: beyond that it is closed in the background. */
    private static final Duration RELEASE_BOUND = Duration.ofSeconds(1);

    private final NodePool pool;
    private final PooledRef<TrackedConnection> pooled;
    private final TrackedConnection tracked;
    private final LentConnection lent;
    private final Scheduler timer;
    private final long grantedNanos;
    private final Traffic traffic;
    private final AtomicBoolean released = new AtomicBoolean();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile Runnable onEnd = () -> {};
    private final NestedWait nestedWait;
    private volatile Phase phase = Phase.AUTOCOMMIT;
    private volatile Supplier<String> requestId = () -> "-";
    private volatile Deadline deadline = Deadline.NEVER;
    private volatile @Nullable OpenTransaction transaction;
    private volatile boolean guest;
    private volatile boolean abandoned;
    private volatile @Nullable RequestScope scope;

    Lease(NodePool pool, PooledRef<TrackedConnection> pooled, Scheduler timer) {
        this.pool = pool;
        this.nestedWait = new NestedWait(pool);
        this.pooled = pooled;
        this.tracked = pooled.poolable();
        this.traffic = tracked.newTraffic();
        this.lent = new LentConnection(tracked, traffic, this);
        this.timer = timer;
        this.grantedNanos = System.nanoTime();
    }

    @Override
    protected LentConnection delegate() {
        if (released.get()) {
            throw new LeaseMisuseException(Failure.of(
                    "LEASE_RELEASED",
                    ErrorType.QUERY,
                    "The connection to %s was used after its release".formatted(pool.name()),
                    "finish all work inside the function that got the connection"));
        }
        if (isCommitting()) {
            throw Traffic.behindCommit();
        }
        return lent;
    }

    /** Its holder belongs on another node and found none. */
    void becomeGuest() {
        guest = true;
    }

    boolean isGuest() {
        return guest;
    }

    @Override
    public String node() {
        return pool.name();
    }

    /** When the server at the other end began, by its own clock, in microseconds: another value is another server. */
    public long started() {
        return tracked.started();
    }

    /** How far the work on this lease has come; decides what a lost connection means. */
    public Phase phase() {
        Phase entered = phase;
        return entered == Phase.IN_TRANSACTION && isCommitting() ? Phase.COMMITTING : entered;
    }

    public void enter(Phase next) {
        phase = Objects.requireNonNull(next);
    }

    /** What the call that holds it is about to do with it. */
    public void assign(Phase first, Deadline end, Supplier<String> request) {
        phase = first;
        deadline = end;
        requestId = request;
    }

    /** When the call that holds it must have ended. */
    public Deadline deadline() {
        return deadline;
    }

    @Override
    public String requestId() {
        return requestId.get();
    }

    /** What its statements belong to when the caller does not say. */
    synchronized RequestScope scope() {
        RequestScope known = scope;
        if (known == null) {
            known = new RequestScope("one connection");
            scope = known;
        }
        return known;
    }

    /** The transaction that was begun through the manager and has not ended; empty when there is none. */
    public Optional<OpenTransaction> transaction() {
        return Optional.ofNullable(transaction).filter(open -> !open.isEnded());
    }

    /** One begins through the manager. */
    public void begins(OpenTransaction next) {
        transaction = next;
    }

    /** What its holder does when he waits for a further connection. */
    public NestedWait nestedWait() {
        return nestedWait;
    }

    public boolean isReleased() {
        return released.get();
    }

    /** Whether another thread is handing a statement to the driver at this moment. */
    public boolean isHandingOver() {
        return traffic.isHandingOver();
    }

    /** How long the caller has held it. */
    public Duration held() {
        return Duration.ofNanos(heldNanos());
    }

    /** The same for the many who only add it up. */
    public long heldNanos() {
        return System.nanoTime() - grantedNanos;
    }

    /** SQLSTATE of the first error that the server gave on this lease, or since {@link #forgetFailure()}. */
    public @Nullable String firstFailure() {
        return traffic.firstFailure();
    }

    public void forgetFailure() {
        traffic.forgetFailure();
    }

    /**
     * What the last of the statements answers by the shortest way: its rows, or with no {@code mapping} how many it changed. All leave
     * in one. {@code null} when they must be left to the driver.
     */
    public <T> @Nullable Flux<T> run(BoundStatements statements, @Nullable Function<? super Row, ? extends T> mapping) {
        return delegate().run(statements, mapping, Extent.PART, null);
    }

    /**
     * The same for the last statements of the transaction: COMMIT leaves with it, and what it answers comes when that is durable. From
     * then on the connection is of no use. {@code null}, too, when COMMIT must be left to whoever began the transaction.
     */
    public <T> @Nullable Flux<T> runAndCommit(
            BoundStatements statements, @Nullable Function<? super Row, ? extends T> mapping) {
        LentConnection session = delegate();
        OpenTransaction open = transaction;
        if (open == null || !open.commitsWithLast()) {
            return null;
        }
        return session.isAutoCommit()
                ? Flux.error(OpenTransaction.endedByHand())
                : session.run(statements, mapping, Extent.END, open);
    }

    /** The same for statements that are a transaction of their own; {@code null}, too, while another one is open. */
    public <T> @Nullable Flux<T> runAtOnce(
            BoundStatements statements, @Nullable Function<? super Row, ? extends T> mapping) {
        LentConnection session = delegate();
        if (!session.isAutoCommit()) {
            return null;
        }
        OpenTransaction own = new OpenTransaction(TransactionOptions.defaults(), true);
        Flux<T> answer = session.run(statements, mapping, Extent.WHOLE, own);
        if (answer != null) {
            transaction = own;
        }
        return answer;
    }

    /** Whether a commit has left with a statement, and was not refused: what was done may be durable. */
    public boolean isCommitting() {
        OpenTransaction open = transaction;
        return open != null && open.isCommitting();
    }

    /** A transaction begins with the next statement; completes with the answer to BEGIN if that is sent by itself. */
    public Mono<Void> announceBegin(String statement, String message) {
        return lent.announceBegin(statement, message);
    }

    /** Whether a transaction was announced, and nothing was sent since. */
    public boolean isBeginAnnounced() {
        return lent.isBeginAnnounced();
    }

    @Override
    public Mono<Long> copyIn(String sql, Publisher<byte[]> data) {
        return Mono.defer(() -> delegate().copying(sql).in(sql, data));
    }

    @Override
    public Flux<byte[]> copyOut(String sql) {
        return Flux.defer(() -> delegate().copying(sql).out(sql));
    }

    /** Asks the server to stop what runs on this connection; a COMMIT is left alone, and so is what somebody else has begun since. */
    public Mono<Void> interrupt() {
        return tracked.isWith(this) && !traffic.isUntouchable() ? tracked.cancelRequest() : Mono.empty();
    }

    boolean isOnItsLoop() {
        return tracked.loop().inEventLoop();
    }

    void onItsLoop(Runnable next) {
        tracked.loop().execute(next);
    }

    /** Breaks the session off. */
    void sever() {
        tracked.sever();
    }

    /** Closes the session, so that the release replaces it instead of giving it back. */
    Mono<Void> discard() {
        return tracked.close().onErrorComplete();
    }

    /**
     * Cleans the connection and gives it back, or closes it if it cannot be cleaned in time. Completes within a second and
     * never with an error; a second call does nothing.
     */
    public Mono<Void> release() {
        return Mono.defer(() -> {
            if (!released.compareAndSet(false, true) || traffic.isClosed()) {
                return Mono.empty();
            }
            boolean ends = ends();
            boolean clean = tracked.clean();
            Runnable toTheNext = ends && clean ? pool.passOn(pooled) : null;
            if (toTheNext != null) {
                return endsBefore(toTheNext);
            }
            if (ends) {
                pool.leaves();
            }
            return !clean && tracked.mayBecomeClean() && isOnItsLoop() ? giveBackNextTurn() : giveBack();
        });
    }

    /** Whoever has had it hears that he is done before the next one begins, who may take long. */
    private static Mono<Void> endsBefore(Runnable toTheNext) {
        return new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Void> actual) {
                try {
                    Operators.complete(actual);
                } finally {
                    toTheNext.run();
                }
            }
        };
    }

    private Mono<Void> giveBack() {
        if (tracked.clean()) {
            // Back at once: no timer for what every orderly call does.
            return pooled.release().onErrorComplete();
        }
        // Detached from whoever waits for it: the pool would lose the connection's permit if it were cancelled
        // half-way.
        return Bounded.one(
                        Mono.fromFuture(pooled.release().toFuture(), true), RELEASE_BOUND, timer, TimeoutException::new)
                .onErrorComplete();
    }

    /**
     * Whoever takes one row only gives the connection back while that row is handed to him, and mostly the end of the answer is right
     * behind it. Detached, too.
     */
    private Mono<Void> giveBackNextTurn() {
        CompletableFuture<@Nullable Void> back = new CompletableFuture<>();
        try {
            onItsLoop(() -> {
                CompletableFuture<@Nullable Void> ignored =
                        giveBack().toFuture().whenComplete((done, never) -> back.complete(null));
            });
        } catch (RejectedExecutionException closed) {
            return giveBack();
        }
        return Mono.fromFuture(back, true);
    }

    /** The same when the caller has gone away: what its work still tries, and that this fails, is nobody's concern. */
    public Mono<Void> abandon() {
        return Mono.defer(() -> {
            abandoned = true;
            return release();
        });
    }

    /** Whether its caller has gone away, maybe even before it was delivered. */
    public boolean isAbandoned() {
        return abandoned;
    }

    /** It is over: released by its holder, or taken back by the pool because its delivery was cancelled. */
    void ended() {
        if (released.compareAndSet(false, true)) {
            abandoned = true;
        }
        if (ends()) {
            pool.leaves();
        }
    }

    private boolean ends() {
        boolean first = over.compareAndSet(false, true);
        if (first) {
            pool.returned(this);
            onEnd.run();
        }
        return first;
    }

    /** Runs when the connection is given back; set by whoever grants the lease, before anybody has it. */
    public void onEnd(Runnable action) {
        onEnd = action;
    }

    /** The same as {@link #release()}. */
    @Override
    public Mono<Void> close() {
        return release();
    }

    /** What is behind it belongs to somebody else once it is released. */
    @Override
    public Connection unwrap() {
        return delegate().unwrap();
    }

    @Override
    public <E> @Nullable E unwrap(Class<E> type) {
        return type.isInstance(this) ? type.cast(this) : delegate().unwrap(type);
    }

    @Override
    public String toString() {
        return "Lease[%s, %s]".formatted(pool.name(), released.get() ? "released" : "held " + held());
    }
}
