package dev.evenkeel.spring.transaction;

import dev.evenkeel.ForwardingConnection;
import dev.evenkeel.error.Phase;
import io.r2dbc.spi.Batch;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import io.r2dbc.spi.TransactionDefinition;
import io.r2dbc.spi.Wrapped;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The connection that Spring gets: its errors are of the right class, and its work ends by the deadline.
 *
 * <p>In a transaction the server is the first to know the deadline, by {@code statement_timeout}: then the connection stays clean
 * and needs no cancel request. A later statement has less time, so the setting is renewed on the same trip when it would allow too
 * much.
 */
final class GuardedConnection extends ForwardingConnection implements Wrapped<Connection> {

    /** The server gives up first. */
    private static final double SERVER_SHARE = 0.9;

    private final Connection delegate;
    private final Exchange exchange;
    private volatile Phase phase;
    private volatile boolean inTransaction;
    private volatile boolean over;
    private volatile long allowedMillis = Long.MAX_VALUE;

    GuardedConnection(Connection delegate, Exchange exchange) {
        this.delegate = delegate;
        this.exchange = exchange;
        this.phase = exchange.phase();
    }

    @Override
    protected Connection delegate() {
        return delegate;
    }

    Exchange exchange() {
        return exchange.in(phase);
    }

    @Override
    public Publisher<Void> beginTransaction() {
        return begin(delegate().beginTransaction());
    }

    @Override
    public Publisher<Void> beginTransaction(TransactionDefinition definition) {
        return begin(delegate().beginTransaction(definition));
    }

    private Flux<Void> begin(Publisher<Void> begin) {
        return exchange().inTime(exchange().guard(begin)).doOnComplete(() -> {
            inTransaction = true;
            over = false;
            phase = phase == Phase.READING ? phase : Phase.IN_TRANSACTION;
        });
    }

    @Override
    public Publisher<Void> commitTransaction() {
        return Flux.defer(() -> {
            over = true;
            phase = phase == Phase.READING ? phase : Phase.COMMITTING;
            return exchange().guard(delegate().commitTransaction());
        });
    }

    /**
     * Gives the connection back, by which whatever it still does is stopped and its transaction undone, within a second. A plain
     * ROLLBACK would wait for the statement that runs. Completes always; {@link #close()} does nothing any more.
     */
    Mono<Void> giveUp() {
        return Mono.defer(() -> {
            over = true;
            return Mono.from(close()).onErrorComplete();
        });
    }

    /** Nobody is to switch it on by a message that waits behind a statement or a COMMIT. */
    @Override
    public boolean isAutoCommit() {
        return over || super.isAutoCommit();
    }

    @Override
    public Publisher<Void> rollbackTransaction() {
        return exchange().guard(delegate().rollbackTransaction());
    }

    @Override
    public Publisher<Void> createSavepoint(String name) {
        return exchange().guard(delegate().createSavepoint(name));
    }

    @Override
    public Publisher<Void> releaseSavepoint(String name) {
        return exchange().guard(delegate().releaseSavepoint(name));
    }

    @Override
    public Publisher<Void> rollbackTransactionToSavepoint(String name) {
        return exchange().guard(delegate().rollbackTransactionToSavepoint(name)).doOnComplete(() -> {
            // That was undone, too.
            allowedMillis = Long.MAX_VALUE;
        });
    }

    @Override
    public Batch createBatch() {
        return new GuardedBatch(delegate().createBatch(), this);
    }

    @Override
    public Statement createStatement(String sql) {
        return new GuardedStatement(delegate().createStatement(sql), this);
    }

    /** Sends statements in time, and not before the server knows how much of it is left. */
    Flux<Result> send(Publisher<? extends Result> statements) {
        Exchange now = exchange();
        Flux<Result> results = now.guard(Flux.<Result>from(statements)).map(result -> new GuardedResult(result, now));
        return now.inTime(inTransaction && now.isBounded() ? Flux.defer(() -> limit().thenMany(results)) : results);
    }

    private Mono<Void> limit() {
        long millis = Math.max(1, (long) (SERVER_SHARE * exchange.remaining().toMillis()));
        // A tenth more than is left does no harm, and most transactions are over by then.
        if (allowedMillis <= millis + millis / 10) {
            return Mono.empty();
        }
        allowedMillis = millis;
        return exchange()
                .guard(delegate()
                        .createStatement("SET LOCAL statement_timeout = " + Math.min(millis, Integer.MAX_VALUE))
                        .execute())
                .concatMap(Result::getRowsUpdated)
                .then();
    }

    /** Not the delegate: whoever unwraps to the end, as Spring does, would meet {@code null} behind the driver's connection. */
    @Override
    public Connection unwrap() {
        return new ForwardingConnection() {
            @Override
            protected Connection delegate() {
                return delegate;
            }
        };
    }

    @Override
    public <E> @Nullable E unwrap(Class<E> type) {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        return Wrappers.find(delegate(), type);
    }

    @Override
    public String toString() {
        return "Guarded[%s]".formatted(delegate());
    }
}
