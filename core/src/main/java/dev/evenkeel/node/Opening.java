package dev.evenkeel.node;

import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpResources;
import reactor.util.context.Context;

/** Opens physical connections to one server, within a bound that covers the login, too. Thread-safe. */
public final class Opening {

    private final Function<LoopResources, PostgresqlConnectionFactory> driver;
    private final Duration timeout;
    private final Scheduler timer;

    /** The {@code driver} makes the driver's factory on the event loops that it is given. */
    public Opening(Function<LoopResources, PostgresqlConnectionFactory> driver, Duration timeout, Scheduler timer) {
        this.driver = driver;
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
        return Mono.defer(() -> {
                    AttemptSockets sockets = new AttemptSockets(TcpResources.get());
                    return driver.apply(sockets)
                            .create()
                            .cast(PostgresqlConnection.class)
                            .doOnCancel(sockets::close)
                            .timeout(timeout, timer);
                })
                .onErrorMap(TimeoutException.class, late -> silent())
                .contextWrite(caller -> Context.empty());
    }

    private IOException silent() {
        return new IOException("the server did not complete the login within %s".formatted(timeout));
    }
}
