package dev.evenkeel.node;

import dev.evenkeel.ForwardingConnection;
import dev.evenkeel.error.SqlState;
import dev.evenkeel.event.BoundValues;
import dev.evenkeel.event.ConnectionClosed.Reason;
import dev.evenkeel.event.Listeners;
import dev.evenkeel.node.Exchanges.Kind;
import io.netty.channel.EventLoop;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.client.TransactionStatus;
import io.r2dbc.spi.Batch;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.IsolationLevel;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.Statement;
import io.r2dbc.spi.TransactionDefinition;
import io.r2dbc.spi.ValidationDepth;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * A physical connection that knows whether it is clean, and cleans itself before it goes back into the pool. One per
 * server session; used by one lease at a time; thread-safe to the degree the driver is.
 */
final class TrackedConnection extends ForwardingConnection implements Wrapped<Connection> {

    private final PostgresqlConnection raw;
    private final DirectStatements direct;
    private final AttemptSockets sockets;
    private final EventLoop loop;
    private final long started;
    private final boolean own;
    private final Listeners listeners;
    private final Scheduler timer;
    private final Lifetime lifetime;
    private final Relay relay = new Relay();
    private volatile Traffic traffic = new Traffic();
    private volatile boolean sessionChanged;
    private volatile boolean brokenOff;
    private volatile @Nullable Lease holder;

    /** With {@code direct} statements need not be left to the driver. */
    TrackedConnection(Opening.Opened session, boolean direct, Lifetime lifetime, Listeners listeners, Scheduler timer) {
        this.raw = session.connection();
        this.direct = new DirectStatements(raw, direct, session.own());
        this.sockets = session.sockets();
        this.loop = sockets.loop();
        this.started = session.started();
        this.own = session.own();
        this.lifetime = lifetime;
        this.listeners = listeners;
        this.timer = timer;
    }

    @Override
    protected Connection delegate() {
        return raw;
    }

    /** When the server at the other end began: another value is another server. */
    long started() {
        return started;
    }

    Duration age() {
        return lifetime.age();
    }

    /** Why it is being closed, in the pool's {@code current} epoch. The cause comes before what may only follow from it. */
    Reason closingReason(long current) {
        if (lifetime.isRetired(current)) {
            return Reason.RETIRED;
        }
        if (SqlState.of(traffic.firstFailure()) == SqlState.SESSION_TERMINATED) {
            return Reason.TERMINATED;
        }
        if (!alive() && !brokenOff) {
            return Reason.LOST;
        }
        if (!clean()) {
            return Reason.UNCLEAN;
        }
        return lifetime.isExpired() ? Reason.EXPIRED : Reason.SPARE;
    }

    /** Whether it may be handed out in the pool's {@code current} epoch. */
    boolean isFit(long current) {
        return clean() && !lifetime.isRetired(current) && !lifetime.isExpired();
    }

    /** Alive, nothing in flight, no open transaction, no changed settings. */
    boolean clean() {
        return alive() && !sessionChanged && traffic.quiet() && hasNoTransaction();
    }

    /** Whether it is not clean only because the end of an answer has not been read yet. */
    boolean mayBecomeClean() {
        return alive() && !sessionChanged && traffic.mayFallQuiet();
    }

    private boolean alive() {
        return direct.client().isConnected();
    }

    /** From holder to holder, past the pool. */
    Relay relay() {
        return relay;
    }

    /** Ends the traffic of its holder; whether it is as the pool would hand it out in that epoch. */
    boolean isReadyForNext(long current) {
        traffic.close();
        return !traffic.isHandingOver() && isFit(current);
    }

    /** Who has it now. */
    void lentTo(Lease lease) {
        direct.begin().forget();
        holder = lease;
    }

    private String nodeName() {
        Lease lease = holder;
        return lease == null ? "-" : lease.node();
    }

    /** For the exchanges of whoever gets it now. */
    Traffic newTraffic() {
        settled();
        return traffic;
    }

    /** Whether the driver has no settings of the user's that could make it fetch rows in parts. */
    boolean fetchesAtOnce() {
        return direct.isAllowed();
    }

    /** Where its answers arrive. */
    EventLoop loop() {
        return loop;
    }

    /** Called by the pool at each return, also at those that it makes by itself. An error makes it close the connection. */
    Mono<Void> cleanUp() {
        Lease last = holder;
        holder = null;
        if (last != null) {
            last.ended();
        }
        traffic.close();
        if (traffic.isHandingOver()) {
            sever();
            return Mono.error(new IllegalStateException("a statement was handed over during the release"));
        }
        boolean reusable = alive() && !sessionChanged;
        CleanUp cleanUp = new CleanUp(direct, traffic, timer);
        Mono<Void> cleaning = traffic.quiet()
                ? cleanUp.closeTransaction(reusable)
                : cleanUp.drain(reusable).doOnSuccess(done -> settled());
        return reusable
                ? cleaning
                : cleaning.onErrorComplete().then(Mono.error(new IllegalStateException("session cannot be reused")));
    }

    private void settled() {
        traffic = new Traffic();
    }

    /** Breaks the session off: whatever is under way ends with a lost connection, at once. */
    void sever() {
        brokenOff = true;
        sockets.close();
    }

    /** Asks the server to stop what runs here now; completes when it has taken note. */
    Mono<Void> cancelRequest() {
        return traffic.isUntouchable() ? Mono.empty() : raw.cancelRequest();
    }

    @Override
    public Statement createStatement(String sql) {
        boolean boundary = BoundaryWords.in(sql);
        Lease lease = holder;
        Traffic exchanges = traffic;
        Kind kind = boundary ? Kind.BOUNDARY : Kind.STATEMENT;
        return boundary || lease == null || !listeners.wantsStatements() || sql.equals(CleanUp.ROLLBACK)
                ? statement(sql, exchanges, kind, null)
                : statement(sql, exchanges, kind, bound -> new StatementWatch(exchanges, listeners, lease, sql, bound));
    }

    private Statement statement(
            String sql, Traffic exchanges, Kind kind, @Nullable Function<BoundValues, Exchanges> observer) {
        Supplier<Statement> byDriver =
                () -> new TrackedStatement(this, raw.createStatement(sql), sql, exchanges, kind, observer);
        int parameters = kind == Kind.BOUNDARY ? 0 : direct.parametersOf(sql);
        return parameters == 0
                ? byDriver.get()
                : new SpiStatement(direct, sql, parameters, exchanges, observer, byDriver);
    }

    /** See {@link DirectStatements#run}. */
    <T> @Nullable Flux<T> run(
            BoundStatements statements,
            @Nullable Function<? super Row, ? extends T> mapping,
            Extent extent,
            @Nullable OpenTransaction committed) {
        Exchanges watch = watch(statements.last(), traffic);
        return direct.run(
                statements,
                mapping,
                watch == null ? traffic : watch,
                statement -> watch(statement, Accompanied.INSTANCE),
                extent,
                committed == null ? null : new GroupCommit(committed, traffic, this::nodeName));
    }

    /** For one COPY. */
    Copying copying(String sql) {
        Exchanges watch = watch(new BoundStatement(sql, List.of()), traffic);
        return new Copying(this, raw, sockets.socket(), watch == null ? traffic : watch);
    }

    private @Nullable Exchanges watch(BoundStatement statement, Exchanges counted) {
        Lease lease = holder;
        return lease == null || !listeners.wantsStatements()
                ? null
                : new StatementWatch(
                        counted, listeners, lease, statement.sql(), BoundValues.ofParameters(statement.values()));
    }

    /**
     * A transaction of this lease's begins with the next statement.
     *
     * @param lease its traffic
     * @param statement as it leaves with one of ours
     * @param message as it leaves by itself
     * @return completes with the answer to the latter
     */
    Mono<Void> announceBegin(Traffic lease, String statement, String message) {
        Begin begin = new Begin(statement, message, lease);
        direct.begin().announce(begin);
        return begin.answered();
    }

    boolean isBeginAnnounced() {
        return direct.begin().isAnnounced();
    }

    /** What the driver sends must not get in front of a BEGIN that has not been sent yet. */
    <T> Flux<T> behindBegin(Publisher<? extends T> source) {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                direct.bringDriverUpToDate();
                direct.begin().inFrontOf(begin -> {
                    if (begin != null) {
                        boundaries().sendAlone(begin);
                    }
                    source.subscribe(actual);
                });
            }
        };
    }

    @Override
    public boolean isAutoCommit() {
        return !direct.begin().isAnnounced() && !direct.begin().isUnderWay() && hasNoTransaction();
    }

    /** By what the server has said last. */
    private boolean hasNoTransaction() {
        return direct.status() == TransactionStatus.IDLE;
    }

    @Override
    public Batch createBatch() {
        return new TrackedBatch(this, raw.createBatch(), traffic);
    }

    private Boundaries boundaries() {
        return new Boundaries(raw, direct, traffic, this::nodeName, this::sever);
    }

    @Override
    public Publisher<Void> beginTransaction() {
        return boundaries().begin(BeginOfSpi.plain(traffic), raw.beginTransaction());
    }

    @Override
    public Publisher<Void> beginTransaction(TransactionDefinition definition) {
        return boundaries().begin(BeginOfSpi.of(definition, traffic), raw.beginTransaction(definition));
    }

    @Override
    public Publisher<Void> commitTransaction() {
        return boundaries().commit();
    }

    @Override
    public Publisher<Void> rollbackTransaction() {
        return boundaries().rollback();
    }

    @Override
    public Publisher<Void> createSavepoint(String name) {
        return tracked(behindBegin(raw.createSavepoint(name)));
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
        return boundaries().setAutoCommit(autoCommit);
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
        return new TrackedPublisher<>(exchange, traffic, Kind.STATEMENT);
    }

    private Flux<Void> changingSession(Publisher<Void> exchange) {
        return tracked(OwnSession.require(own).thenMany(behindAnsweredBegin(exchange)))
                .doOnSubscribe(sent -> sessionChanged = true);
    }

    /** For what the driver does in one way or another, depending on the transaction that it knows of. */
    private <T> Flux<T> behindAnsweredBegin(Publisher<T> exchange) {
        return Flux.defer(() -> {
            Begin sent = direct.begin().send(boundaries()::sendAlone);
            return sent == null ? exchange : sent.answered().thenMany(exchange);
        });
    }

    /** Nor must what is done with it by hand. */
    @Override
    public Connection unwrap() {
        Begin ignored = direct.begin().send(boundaries()::sendAlone);
        traffic.goesOutOfSight();
        return raw;
    }

    /** Also what the driver's connection unwraps to. */
    @Override
    public <E> @Nullable E unwrap(Class<E> type) {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        Connection driver = unwrap();
        return type.isInstance(driver) ? type.cast(driver) : fromDriver(type);
    }

    private <E> @Nullable E fromDriver(Class<E> type) {
        return raw instanceof Wrapped<?> wrapped ? wrapped.unwrap(type) : null;
    }
}
