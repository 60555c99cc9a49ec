package dev.evenkeel;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Row;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One statement with its parameters, ready to run. Immutable: the middle methods return a changed copy, and the last ones
 * return a publisher that runs the statement once for each subscription.
 *
 * <p>Outside a transaction the statement is its own transaction. The result is always consumed, so a statement is never
 * left unsent or half read. On cancel the server is asked to stop, and the connection is cleaned before anybody else gets
 * it. Errors are {@link dev.evenkeel.error.DatabaseException}s.
 *
 * <p>Parameters are written {@code $1, $2, ...}. A {@code null} is sent without a type; where the server cannot guess the
 * type, write {@code $1::text} or bind {@link io.r2dbc.spi.Parameters#in(Class)}.
 */
public interface Query {

    /**
     * Promises that the statement changes nothing, so that a replica may serve it, a lost connection be retried, and the connection be
     * shared with other such queries ({@link dev.evenkeel.config.PoolConfig#lanes}). Where it is, a cancelled query is not stopped at
     * once: what it still answers is thrown away.
     */
    Query readOnly();

    /** {@link #readOnly()} with a consistency other than {@link ReadConsistency#READ_YOUR_WRITES}. */
    Query readOnly(ReadConsistency consistency);

    /** Promises that running the statement twice is the same as once, so that it is retried when its answer was lost. */
    Query idempotent();

    /** Runs on this connection, as part of whatever transaction is open there, without routing or retry. */
    Query on(Connection connection);

    /**
     * Declares this, with {@link #on}, the last statement of its transaction: COMMIT leaves with it, which saves a wait for the server.
     * What it answers comes when the transaction is durable, all at once; on an error nothing was applied, except for a
     * {@link dev.evenkeel.error.CommitOutcomeUnknownException} and for what the mapping throws: COMMIT has left then. The connection
     * cannot be used afterwards, so the function of the transaction must end with it and must not fail behind it: if it does with an
     * error after which it would be run again, the call ends in a {@code CommitOutcomeUnknownException} instead. Makes no difference
     * outside {@link ReactiveDatabaseManager#inTransaction}, in a function that has joined another transaction, with
     * {@link TransactionOptions.Builder#exactlyOnce} or a timeout of the transaction, while another statement of the function is under
     * way, and for statements other than queries and changes of data.
     */
    Query andCommit();

    /**
     * Runs those statements first, in their order: all of it is one transaction that leaves in one write, so that it waits for the server
     * once. Their answers are dropped; what this one answers comes when all is durable, all at once, and on an error nothing was
     * applied, except for a {@link dev.evenkeel.error.CommitOutcomeUnknownException}, for what the mapping throws, and for a second row
     * where {@link #one} expects none. None of them can depend on what another
     * one answers.
     *
     * <p>With {@link #on} nothing else may run on the connection at the same moment.
     *
     * <p>Of the others only text and parameters count: terms such as {@link #timeout} and {@link #readOnly()} are those of this one.
     * With {@link #on} they are part of whatever transaction is open there, or else one of their own; with {@link #andCommit()}
     * its last ones. Statements other than queries and changes of data, and those with a {@link #fetchSize}, run one after the
     * other in one transaction.
     *
     * @throws IllegalArgumentException for a query of another kind of manager, which cannot be looked into
     */
    Query after(Query... earlier);

    /** The whole call ends by then; the default is {@link DatabaseConfig#callTimeout()}. */
    Query timeout(Duration bound);

    /** Names the call in events and metrics; no values in it. */
    Query label(String name);

    /** Fetches so many rows at a time through a cursor; by default the server streams as fast as the rows are taken. */
    Query fetchSize(int rows);

    /**
     * All rows, with backpressure. The row is valid only inside the function. A {@code null} that the function returns is an
     * error: for a column that may be null return an {@link java.util.Optional}.
     */
    <T> Flux<T> map(Function<? super Row, ? extends @Nullable T> mapping);

    /**
     * The only row; empty when there is none; {@link IndexOutOfBoundsException} when there are more. It comes when the answer is
     * complete: a read whose connection is lost behind its row is made again.
     */
    <T> Mono<T> one(Function<? super Row, ? extends @Nullable T> mapping);

    /** How many rows the statement changed; 0 for a statement that changes none. */
    Mono<Long> rowsUpdated();
}
