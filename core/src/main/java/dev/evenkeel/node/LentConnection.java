package dev.evenkeel.node;

import dev.evenkeel.ForwardingConnection;
import dev.evenkeel.event.BoundValues;
import dev.evenkeel.event.Listeners;
import dev.evenkeel.node.Exchanges.Kind;
import io.r2dbc.postgresql.api.PostgresqlConnection;
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

/**
 * A connection as one lease uses it. Whatever is made here counts in the traffic of that lease: when the connection is another one's
 * by then, it is refused. Thread-safe to the degree the driver is.
 */
final class LentConnection extends ForwardingConnection implements Wrapped<Connection> {

    private final TrackedConnection session;
    private final Traffic traffic;
    private final Lease lease;

    LentConnection(TrackedConnection session, Traffic traffic, Lease lease) {
        this.session = session;
        this.traffic = traffic;
        this.lease = lease;
    }

    @Override
    protected Connection delegate() {
        return raw();
    }

    private PostgresqlConnection raw() {
        return session.raw();
    }

    private DirectStatements direct() {
        return session.direct();
    }

    /** Whether the driver has no settings of the user's that could make it fetch rows in parts. */
    boolean fetchesAtOnce() {
        return direct().isAllowed();
    }

    @Override
    public Statement createStatement(String sql) {
        boolean boundary = BoundaryWords.in(sql);
        Kind kind = boundary ? Kind.BOUNDARY : Kind.STATEMENT;
        return boundary || !session.listeners().wantsStatements() || sql.equals(CleanUp.ROLLBACK)
                ? statement(sql, kind, null)
                : statement(sql, kind, bound -> new StatementWatch(traffic, session.listeners(), lease, sql, bound));
    }

    private Statement statement(String sql, Kind kind, @Nullable Function<BoundValues, Exchanges> observer) {
        Supplier<Statement> byDriver =
                () -> new TrackedStatement(this, raw().createStatement(sql), sql, traffic, kind, observer);
        int parameters = kind == Kind.BOUNDARY ? 0 : direct().parametersOf(sql);
        return parameters == 0
                ? byDriver.get()
                : new SpiStatement(direct(), sql, parameters, traffic, observer, byDriver);
    }

    /** See {@link DirectStatements#run}. */
    <T> @Nullable Flux<T> run(
            BoundStatements statements,
            @Nullable Function<? super Row, ? extends T> mapping,
            Extent extent,
            @Nullable OpenTransaction committed) {
        return direct().run(
                        statements,
                        mapping,
                        watched(statements.last()),
                        statement -> watch(statement, Accompanied.INSTANCE),
                        extent,
                        committed == null ? null : new GroupCommit(committed, traffic, lease::node));
    }

    /** For one COPY. */
    Copying copying(String sql) {
        return new Copying(this, raw(), session.socket(), watched(new BoundStatement(sql, List.of())));
    }

    private Exchanges watched(BoundStatement statement) {
        Exchanges watch = watch(statement, traffic);
        return watch == null ? traffic : watch;
    }

    /** {@code null} when nobody listens. */
    private @Nullable Exchanges watch(BoundStatement statement, Exchanges counted) {
        Listeners listeners = session.listeners();
        return listeners.wantsStatements()
                ? new StatementWatch(
                        counted, listeners, lease, statement.sql(), BoundValues.ofParameters(statement.values()))
                : null;
    }

    /**
     * A transaction of this lease's begins with the next statement.
     *
     * @param statement as it leaves with one of ours
     * @param message as it leaves by itself
     * @return completes with the answer to the latter
     */
    Mono<Void> announceBegin(String statement, String message) {
        Begin begin = new Begin(statement, message, traffic);
        direct().begin().announce(begin);
        return begin.answered();
    }

    boolean isBeginAnnounced() {
        return direct().begin().isAnnounced();
    }

    /** What the driver sends must not get in front of a BEGIN that has not been sent yet. */
    <T> Flux<T> behindBegin(Publisher<? extends T> source) {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                direct().bringDriverUpToDate();
                direct().begin().inFrontOf(begin -> {
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
        return !direct().begin().isAnnounced() && !direct().begin().isUnderWay() && session.hasNoTransaction();
    }

    @Override
    public Batch createBatch() {
        return new TrackedBatch(this, raw().createBatch(), traffic);
    }

    private Boundaries boundaries() {
        return new Boundaries(raw(), direct(), traffic, lease::node, session::breakOff);
    }

    @Override
    public Publisher<Void> beginTransaction() {
        return boundaries().begin(BeginOfSpi.plain(traffic), raw().beginTransaction());
    }

    @Override
    public Publisher<Void> beginTransaction(TransactionDefinition definition) {
        return boundaries().begin(BeginOfSpi.of(definition, traffic), raw().beginTransaction(definition));
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
        return tracked(behindBegin(raw().createSavepoint(name)));
    }

    @Override
    public Publisher<Void> releaseSavepoint(String name) {
        return tracked(raw().releaseSavepoint(name));
    }

    @Override
    public Publisher<Void> rollbackTransactionToSavepoint(String name) {
        return tracked(raw().rollbackTransactionToSavepoint(name));
    }

    @Override
    public Publisher<Void> setAutoCommit(boolean autoCommit) {
        return boundaries().setAutoCommit(autoCommit);
    }

    @Override
    public Publisher<Void> setLockWaitTimeout(Duration timeout) {
        return changingSession(raw().setLockWaitTimeout(timeout));
    }

    @Override
    public Publisher<Void> setStatementTimeout(Duration timeout) {
        return changingSession(raw().setStatementTimeout(timeout));
    }

    @Override
    public Publisher<Void> setTransactionIsolationLevel(IsolationLevel level) {
        return changingSession(raw().setTransactionIsolationLevel(level));
    }

    @Override
    public Publisher<Boolean> validate(ValidationDepth depth) {
        return depth == ValidationDepth.LOCAL ? raw().validate(depth) : tracked(raw().validate(depth));
    }

    private <T> Flux<T> tracked(Publisher<T> exchange) {
        return new TrackedPublisher<>(exchange, traffic, Kind.STATEMENT);
    }

    private Flux<Void> changingSession(Publisher<Void> exchange) {
        return tracked(
                session.requireOwn().thenMany(behindAnsweredBegin(exchange)).doOnSubscribe(sent -> session.changed()));
    }

    /** For what the driver does in one way or another, depending on the transaction that it knows of. */
    private <T> Flux<T> behindAnsweredBegin(Publisher<T> exchange) {
        return Flux.defer(() -> {
            Begin sent = direct().begin().send(traffic, boundaries()::sendAlone);
            return sent == null ? exchange : sent.answered().thenMany(exchange);
        });
    }

    /** Nor must what is done with it by hand. */
    @Override
    public Connection unwrap() {
        traffic.goesOutOfSight();
        Begin ignored = direct().begin().send(traffic, boundaries()::sendAlone);
        return raw();
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
        return raw() instanceof Wrapped<?> wrapped ? wrapped.unwrap(type) : null;
    }
}
