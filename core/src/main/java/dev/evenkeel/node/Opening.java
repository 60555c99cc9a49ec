package dev.evenkeel.node;

import dev.evenkeel.config.Credentials;
import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.lane.LaneSession;
import dev.evenkeel.lane.LaneSettings;
import dev.evenkeel.lane.SharedSession;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.api.PostgresqlResult;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpResources;
import reactor.util.context.Context;

/** Opens physical connections to one server, within a bound that covers the login, too. Thread-safe. */
public final class Opening {

    /** Two servers that began in the same microsecond are not expected. */
    private static final String WHICH_SERVER =
            "select (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint, pg_backend_pid()";

    private final BiFunction<Optional<Credentials>, LoopResources, PostgresqlConnectionFactory> driver;
    private final Encryption encryption;
    private final Logins logins;
    private final Duration timeout;
    private final Scheduler timer;

    /** The {@code driver} makes the driver's factory for a login on the event loops that it is given. */
    public Opening(
            BiFunction<Optional<Credentials>, LoopResources, PostgresqlConnectionFactory> driver,
            Encryption encryption,
            Logins logins,
            Duration timeout,
            Scheduler timer) {
        this.driver = driver;
        this.encryption = encryption;
        this.logins = logins;
        this.timeout = timeout;
        this.timer = timer;
    }

    /**
     * The caller's Reactor Context is not handed on: a connection outlives the call that happens to open it.
     *
     * <p>The driver's own time-out ends with the TCP handshake; a server that accepts and stays mute would hang it for ever.
     * On timeout and cancel the socket is closed.
     */
    public Mono<PostgresqlConnection> open() {
        return bounded(this::attempt).map(Opened::connection);
    }

    /** The same for who keeps it: a session that can be ended whatever the server does. */
    public Mono<Session> openForLong() {
        return bounded(this::attempt).map(opened -> new Session(opened, timer));
    }

    /** The same, with the means to break it off, and with the server that it leads to. */
    Mono<Opened> openSession() {
        return bounded(login -> attempt(login).flatMap(Opening::identified));
    }

    /** The same for many callers at once: it changes nothing, waits for no lock for long, and is not shared with strangers. */
    public Mono<LaneSession> openLane(LaneSettings settings) {
        return openSession()
                .flatMap(session -> OwnSession.require(session.own())
                        .onErrorMap(LeaseMisuseException.class, SharedSession::new)
                        .then(restricted(session, settings))
                        .then(RoundTrip.measure(session.connection()))
                        .<LaneSession>map(roundTrip -> new SocketSession(session, roundTrip, timer))
                        .timeout(timeout, timer)
                        .onErrorMap(TimeoutException.class, late -> silent())
                        .doOnError(failed -> session.sockets().close())
                        .doOnCancel(session.sockets()::close));
    }

    private static Mono<Void> restricted(Opened session, LaneSettings settings) {
        return session.connection()
                .createStatement(
                        "set default_transaction_read_only = on; set statement_timeout = %d; set lock_timeout = %d"
                                .formatted(
                                        settings.statementTimeout().toMillis(),
                                        settings.lockTimeout().toMillis()))
                .execute()
                .concatMap(PostgresqlResult::getRowsUpdated)
                .then();
    }

    private static Mono<Opened> identified(Opened session) {
        return session.connection()
                .createStatement(WHICH_SERVER)
                .execute()
                .flatMap(result -> result.map(row -> session.of(
                        Objects.requireNonNull(row.get(0, Long.class)),
                        OwnSession.is(session.connection(), row.get(1, Integer.class)))))
                .single()
                .doOnError(failed -> session.sockets().close())
                .doOnCancel(session.sockets()::close);
    }

    private Mono<Opened> bounded(Function<Optional<Credentials>, Mono<Opened>> attempt) {
        return logins.with(attempt)
                .timeout(timeout, timer)
                .onErrorMap(TimeoutException.class, late -> silent())
                .contextWrite(caller -> Context.empty());
    }

    private Mono<Opened> attempt(Optional<Credentials> login) {
        return encryption.with(Mono.defer(() -> {
            AttemptSockets sockets = new AttemptSockets(TcpResources.get());
            return driver.apply(login, sockets)
                    .create()
                    .cast(PostgresqlConnection.class)
                    .doOnCancel(sockets::close)
                    .map(connection -> new Opened(connection, sockets, 0, false));
        }));
    }

    /**
     * A session and its sockets.
     *
     * @param sockets closing them ends the session at once, without a word to the server
     * @param started when the server at the other end began, by its own clock, in microseconds; 0 while unknown
     * @param own whether the server's session is known to be ours alone
     */
    record Opened(PostgresqlConnection connection, AttemptSockets sockets, long started, boolean own) {

        Opened of(long server, boolean ours) {
            return new Opened(connection, sockets, server, ours);
        }
    }

    private IOException silent() {
        return new IOException("the server did not complete the login within %s".formatted(timeout));
    }
}
