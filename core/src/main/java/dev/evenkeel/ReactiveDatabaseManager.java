package dev.evenkeel;

import dev.evenkeel.assembly.Startup;
import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.event.AdministrativeAction;
import dev.evenkeel.event.DatabaseListener;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One PostgreSQL primary and its replicas, ready for a reactive application. Thread-safe; an application has one.
 *
 * <p>Nothing happens before a returned publisher is subscribed, and everything happens again at each subscription. Every
 * publisher ends by its deadline plus one second: the timeout of the options, an outer call's deadline if that is earlier,
 * or {@link DatabaseConfig#callTimeout()}. Errors of the database are {@link dev.evenkeel.error.DatabaseException}s; what a
 * user's own function throws is passed on as it is.
 *
 * <p>On cancel, error and timeout alike the server is asked to stop, an open transaction is rolled back, and a connection
 * that does not come clean in time is closed instead of being given to the next caller.
 */
public interface ReactiveDatabaseManager {

    /**
     * Finds every node's role, opens the pools and starts to watch the nodes.
     *
     * @return the running manager, or an error that names the setting and the remedy:
     *     {@link dev.evenkeel.error.AuthenticationFailedException},
     *     {@link dev.evenkeel.error.NodeUnavailableException},
     *     {@link dev.evenkeel.error.InvalidConfigurationException}. Cancelling closes what was opened
     */
    static Mono<ReactiveDatabaseManager> start(DatabaseConfig config) {
        return Startup.start(config);
    }

    /** {@link #inTransaction(TransactionOptions, Function)} with {@link TransactionOptions#defaults()}. */
    <T> Mono<T> inTransaction(Function<? super Connection, ? extends Mono<T>> work);

    /**
     * Runs the function in a transaction and emits its value once COMMIT is known to be durable. Completes empty, and
     * commits, when the function completes empty. An error of the function rolls back and is passed on after the rollback.
     *
     * <p>After a serialization failure or deadlock, or when the connection was lost before COMMIT, the whole function runs
     * again on a fresh connection: it must have no effect outside the database. A lost answer to COMMIT is a
     * {@link dev.evenkeel.error.CommitOutcomeUnknownException} and is never repeated.
     */
    <T> Mono<T> inTransaction(TransactionOptions options, Function<? super Connection, ? extends Mono<T>> work);

    /**
     * Runs the function in a transaction and streams its values <em>before</em> COMMIT: they are durable only when the
     * stream completes. Once a value was emitted nothing is repeated. Cancelling the stream, which {@code take(n)} and
     * {@code next()} do, rolls back.
     */
    <T> Flux<T> inTransactionMany(
            TransactionOptions options, Function<? super Connection, ? extends Publisher<T>> work);

    /**
     * Lends a connection to the function. Each statement is its own transaction unless the function begins one; one that
     * it leaves open is rolled back.
     */
    <T> Mono<T> withConnection(ConnectionOptions options, Function<? super Connection, ? extends Mono<T>> work);

    /** The same for a function that streams; the connection is held until the stream ends or is cancelled. */
    <T> Flux<T> withConnectionMany(
            ConnectionOptions options, Function<? super Connection, ? extends Publisher<T>> work);

    /**
     * One statement. Goes to the primary unless {@link Query#readOnly()} is declared.
     *
     * @param sql with parameters as {@code $1, $2, ...}
     * @param parameters in that order; values the driver can encode, {@code null}, or {@link io.r2dbc.spi.Parameter}s
     */
    Query query(String sql, @Nullable Object... parameters);

    /**
     * Many rows for one table, in few statements: {@link Insert#rows} says what happens on cancel, without rows, and on errors.
     * Without a column it is an {@link InvalidConfigurationException} at once.
     *
     * @param table as in SQL: with a schema, and in quotes, where it needs them
     * @param columns at least one, as the server stores their names
     */
    Insert insertInto(String table, String... columns);

    /**
     * A connection for code that cannot use a function. Whoever gets it must release it, on every path; the timeout of the
     * options bounds the wait for it, not its use. Empty never. A cancel of the subscription gives the connection back, and undoes what is
     * open on it, even after it was emitted: operators such as {@code flatMap} pass on the cancel of what they began with it.
     */
    Mono<Connection> getConnection(ConnectionOptions options);

    /**
     * Gives back what {@link #getConnection} emitted. A second release, or a connection of somebody else, is a
     * {@link dev.evenkeel.error.LeaseMisuseException}.
     */
    Mono<Void> releaseConnection(Connection connection);

    /**
     * Subscribes to the operation again after an error that is {@linkplain
     * dev.evenkeel.error.DatabaseException#safeToRetry() safe to retry}, as often and as fast as the policy says. Ends with
     * the last real error.
     */
    <T> Mono<T> withRetry(RetryPolicy policy, Mono<T> operation);

    /**
     * Snapshots at the configured interval and at once after a change. Shared: late subscribers get the latest one first.
     * Never ends before the shutdown, never errors, and costs nothing while nobody listens. Slow subscribers miss
     * snapshots instead of delaying others.
     */
    Flux<HealthSnapshot> health();

    /** Probes every node now, outside the pools, and emits one snapshot within the probe timeout. Never errors. */
    Mono<HealthSnapshot> healthCheck();

    /**
     * Lets another module say how the schema is. From now on the latest of these verdicts is the {@code schemaIntegrity} of the
     * snapshots. Subscribed while somebody listens to {@link #health()}, and by each {@link #healthCheck()} for the first one;
     * a later call replaces it. The verdicts must not end in an error.
     */
    void contributeSchemaIntegrity(Flux<HealthSnapshot.Check> verdicts);

    /**
     * Lets a listener hear of everything from now on, until the result is disposed of. Those of
     * {@link DatabaseConfig#listeners()} hear of the start, too.
     */
    Disposable listen(DatabaseListener listener);

    /**
     * Has the listeners told how an action of another module ends, as an {@link AdministrativeAction} by
     * {@link CallContext#principal}: well when it completes, not done when it errors or is cancelled, each subscription once, with
     * the class of the error in the details.
     */
    <T> Flux<T> announcing(String what, String subject, Publisher<T> action);

    /**
     * The same for an action whose result says itself how it has ended. Nothing is told if the result says nothing, or if there is
     * none.
     */
    <T> Mono<T> announcing(
            String what,
            String subject,
            Mono<T> action,
            Function<? super T, Optional<AdministrativeAction.Ending>> ending);

    /**
     * Lends a session of its own with one node, {@code host:port}, whatever its role is, beside the pools: for looking after the
     * server, not for an application's calls. It is not routed, not repeated, not limited in number, and closed at the end. Ends
     * within {@link DatabaseConfig#callTimeout()}, or the deadline of the Reactor Context if that is earlier. On that and on cancel
     * the statement that runs is stopped on the server, and the session ends. Completes as the work does, empty if that is empty.
     * Errors of the driver are {@link dev.evenkeel.error.DatabaseException}s, of a server that does not answer a
     * {@link dev.evenkeel.error.NodeUnavailableException}; an unknown node is an {@link InvalidConfigurationException}; those of
     * the work itself stay what they are.
     */
    <T> Flux<T> inspect(String node, Function<? super Connection, ? extends Publisher<T>> work);

    /** The settings that it was started with. */
    DatabaseConfig config();

    /**
     * Sockets that are encrypted as the connections to this node are, for another client, such as JDBC: with the authorities and
     * the client certificate of this moment, and the same check of the server. Empty when the connections are not encrypted.
     */
    Mono<SSLSocketFactory> encryptedSockets(NodeConfig node);

    /** Counters since the start. */
    DatabaseMetrics metrics();

    /**
     * What another instance needs to serve reads that show all that the {@link ReadSession} of the Reactor Context, or
     * without one this manager, has written and seen so far: see {@link ReadTokenSeal} and {@link ReadSession#from}. Empty
     * when that is nothing. Asks the primary only if no probe was there since the last call; ends in a
     * {@link dev.evenkeel.error.NodeUnavailableException} if it does not answer.
     */
    Mono<ReadToken> readToken();

    /**
     * An operator's word that this node, {@code host:port}, is the right primary although a later timeline was seen, as after
     * a restore. What was written on the later timeline is given up. Completes after the next probe of all nodes.
     */
    Mono<Void> acceptPrimary(String node);

    /** Asks the server through every idle connection and replaces those that do not answer. Calls are not disturbed. */
    Mono<PoolValidation> validatePool();

    /** Replaces all connections: idle ones now, leased ones when they come back. No call fails because of it. */
    Mono<Void> rotateConnections();

    /**
     * The same road for Spring Data, jOOQ and whatever else speaks the R2DBC SPI. Connections are for writing unless the
     * Reactor Context says otherwise (see {@link CallContext}); closing one releases it.
     */
    ConnectionFactory connectionFactory();

    /** {@link #shutdown(Duration)} with ten seconds. */
    Mono<Void> shutdown();

    /**
     * Refuses new calls, waits for running ones until the grace period is over, then stops them on the server and closes
     * all connections. Completes when no session is left; a second call waits for the first.
     */
    Mono<Void> shutdown(Duration grace);
}
