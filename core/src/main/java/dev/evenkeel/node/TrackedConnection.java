package dev.evenkeel.node;

import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.Batch;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.IsolationLevel;
import io.r2dbc.spi.Lifecycle;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import io.r2dbc.spi.TransactionDefinition;
import io.r2dbc.spi.ValidationDepth;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * A physical connection that knows whether it is clean, and cleans itself before it goes back into the pool. One per
 * server session; used by one lease at a time; thread-safe to the degree the driver is.
 *
 * <p>How the clean-up works: the pool calls {@link #cleanUp()}. If nothing is on the wire and no transaction is open,
 * which is what every orderly call leaves behind, there is nothing to do and no round trip. Otherwise a plain
 * {@code ROLLBACK} is queued behind whatever runs; the driver's own rollback would look at a transaction status that is
 * not up to date while anything is in flight. If the answer does not come at once, the server is asked to cancel. The
 * connection goes back only when both the rollback and the cancel request are over, so that a late cancel cannot hit the
 * next borrower; if that takes longer than the bound, an error makes the pool close it. A COMMIT in flight is waited for,
 * never cancelled.
 */
final class TrackedConnection extends ForwardingConnection implements Wrapped<Connection>, Lifecycle {

    /** Most leftovers are a few packets that are already on their way: a cancel request would cost more than waiting. */
    private static final Duration BEFORE_CANCEL = Duration.ofMillis(20);

    private static final Duration UNTIL_CLEAN = Duration.ofMillis(800);

    private final PostgresqlConnection raw;
    private final Scheduler timer;
    private final long epoch;
    private final Duration maxLifetime;
    private volatile Traffic traffic = new Traffic();
    private volatile boolean sessionChanged;
    private volatile boolean committing;
    private volatile @Nullable Lease holder;

    TrackedConnection(PostgresqlConnection raw, long epoch, Duration maxLifetime, Scheduler timer) {
        this.raw = raw;
        this.epoch = epoch;
        this.maxLifetime = maxLifetime;
        this.timer = timer;
    }

    @Override
    protected Connection delegate() {
        return raw;
    }

    /** The pool's generation in which this connection was opened. */
    long epoch() {
        return epoch;
    }

    Duration maxLifetime() {
        return maxLifetime;
    }

    /** Whether it may be handed out: alive, nothing in flight, no open transaction, no changed settings. */
    boolean clean() {
        return alive() && !sessionChanged && traffic.quiet() && raw.isAutoCommit();
    }

    /** The driver answers a local validation at once, from its own state. */
    private boolean alive() {
        return Boolean.TRUE.equals(
                raw.validate(ValidationDepth.LOCAL).toFuture().getNow(Boolean.TRUE));
    }

    @Override
    public Publisher<Void> postAllocate() {
        settled();
        return Mono.empty();
    }

    @Override
    public Publisher<Void> preRelease() {
        return Mono.empty();
    }

    /** Who has it from the pool now. */
    void lentTo(Lease lease) {
        holder = lease;
    }

    /** The exchanges of whoever has it now. */
    Traffic traffic() {
        return traffic;
    }

    /** Called by the pool at each return, also at those that it makes by itself. An error makes it close the connection. */
    Mono<Void> cleanUp() {
        traffic.close();
        Lease last = holder;
        holder = null;
        if (last != null) {
            last.ended();
        }
        if (sessionChanged || traffic.isHandingOver() || !alive()) {
            return Mono.error(new IllegalStateException("session cannot be reused"));
        }
        if (traffic.quiet()) {
            return raw.isAutoCommit() ? Mono.empty() : rollback().timeout(UNTIL_CLEAN, timer);
        }
        Mono<Void> rollback = rollback().cache();
        Mono<Void> cancel = Mono.delay(BEFORE_CANCEL, timer)
                .takeUntilOther(rollback.onErrorComplete())
                .flatMap(late -> committing ? Mono.empty() : raw.cancelRequest().onErrorComplete());
        return Mono.when(rollback, cancel).timeout(UNTIL_CLEAN, timer).doOnSuccess(done -> settled());
    }

    private void settled() {
        traffic = new Traffic();
        committing = false;
    }

    private Mono<Void> rollback() {
        return raw.createStatement("ROLLBACK")
                .execute()
                .flatMap(Result::getRowsUpdated)
                .then();
    }

    /** Asks the server to stop what runs here now; completes when it has taken note. */
    Mono<Void> cancelRequest() {
        return committing ? Mono.empty() : raw.cancelRequest();
    }

    @Override
    public Publisher<Void> close() {
        return raw.close();
    }

    @Override
    public Statement createStatement(String sql) {
        return new TrackedStatement(raw.createStatement(sql), traffic);
    }

    @Override
    public Batch createBatch() {
        return new TrackedBatch(raw.createBatch(), traffic);
    }

    @Override
    public Publisher<Void> beginTransaction() {
        return tracked(raw.beginTransaction());
    }

    @Override
    public Publisher<Void> beginTransaction(TransactionDefinition definition) {
        return tracked(raw.beginTransaction(definition));
    }

    @Override
    public Publisher<Void> commitTransaction() {
        return tracked(raw.commitTransaction())
                .doOnSubscribe(sent -> committing = true)
                .doOnTerminate(() -> committing = false);
    }

    @Override
    public Publisher<Void> rollbackTransaction() {
        return tracked(raw.rollbackTransaction());
    }

    @Override
    public Publisher<Void> createSavepoint(String name) {
        return tracked(raw.createSavepoint(name));
    }

    @Override
    public Publisher<Void> releaseSavepoint(String name) {
        return tracked(raw.releaseSavepoint(name));
    }

    @Override
    public Publisher<Void> rollbackTransactionToSavepoint(String name) {
        return tracked(raw.rollbackTransactionToSavepoint(name));
    }

    @Override
    public Publisher<Void> setAutoCommit(boolean autoCommit) {
        return tracked(raw.setAutoCommit(autoCommit));
    }

    @Override
    public Publisher<Void> setLockWaitTimeout(Duration timeout) {
        return changingSession(raw.setLockWaitTimeout(timeout));
    }

    @Override
    public Publisher<Void> setStatementTimeout(Duration timeout) {
        return changingSession(raw.setStatementTimeout(timeout));
    }

    @Override
    public Publisher<Void> setTransactionIsolationLevel(IsolationLevel level) {
        return changingSession(raw.setTransactionIsolationLevel(level));
    }

    @Override
    public Publisher<Boolean> validate(ValidationDepth depth) {
        return depth == ValidationDepth.LOCAL ? raw.validate(depth) : tracked(raw.validate(depth));
    }

    private <T> Flux<T> tracked(Publisher<T> exchange) {
        return new TrackedPublisher<>(exchange, traffic);
    }

    private Flux<Void> changingSession(Publisher<Void> exchange) {
        return tracked(exchange).doOnSubscribe(sent -> sessionChanged = true);
    }

    @Override
    public Connection unwrap() {
        return raw;
    }

    /** The pool asks for the driver's {@code Scheduler}, others for the driver's connection. */
    @Override
    public <E> @Nullable E unwrap(Class<E> type) {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        return type.isInstance(raw) ? type.cast(raw) : fromDriver(type);
    }

    private <E> @Nullable E fromDriver(Class<E> type) {
        return raw instanceof Wrapped<?> wrapped ? wrapped.unwrap(type) : null;
    }
}
