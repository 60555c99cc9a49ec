package dev.evenkeel.node;

import io.r2dbc.postgresql.api.PostgresqlConnection;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A session with a server outside any pool, for as long as its owner wants. Thread-safe to the degree the driver is. */
public final class Session {

    private final Opening.Opened opened;
    private final Scheduler timer;

    Session(Opening.Opened opened, Scheduler timer) {
        this.opened = opened;
        this.timer = timer;
    }

    public PostgresqlConnection connection() {
        return opened.connection();
    }

    /** Says goodbye, or breaks it off when that takes longer than this. Never an error. */
    public Mono<Void> end(Duration bound) {
        return opened.connection()
                .close()
                .timeout(bound, timer)
                .onErrorComplete()
                .doFinally(end -> opened.sockets().close());
    }

    /** The same in the middle of something: the server is asked to give up what it is doing, all within the bound. */
    public Mono<Void> stop(Duration bound) {
        Duration half = bound.dividedBy(2);
        return opened.connection()
                .cancelRequest()
                .timeout(half, timer)
                .onErrorComplete()
                .then(end(half));
    }
}
