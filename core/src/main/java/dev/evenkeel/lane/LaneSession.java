package dev.evenkeel.lane;

import io.netty.channel.EventLoop;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** A session of our own with a server, opened for a {@link Lane}. */
public interface LaneSession {

    PostgresqlConnection connection();

    /** The thread that all of its answers come on. */
    EventLoop loop();

    /** When the server at the other end began, by its own clock, in microseconds: another value is another server. */
    long started();

    /** How long the way to the server and back takes at least. */
    Duration roundTrip();

    /** Breaks it off without a word to the server. */
    void sever();

    /** Asks the server to give up what it is doing, and ends the session, both within the bound. Never an error. */
    Mono<Void> stop(Duration bound);
}
