package dev.evenkeel.node;

import dev.evenkeel.lane.LaneSession;
import io.netty.channel.EventLoop;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A session outside the pool for a lane. */
record SocketSession(Opening.Opened opened, Duration roundTrip, Scheduler timer) implements LaneSession {

    @Override
    public PostgresqlConnection connection() {
        return opened.connection();
    }

    @Override
    public EventLoop loop() {
        return opened.sockets().loop();
    }

    @Override
    public long started() {
        return opened.started();
    }

    @Override
    public void sever() {
        opened.sockets().close();
    }

    @Override
    public Mono<Void> stop(Duration bound) {
        return new Session(opened, timer).stop(bound);
    }
}
