package dev.evenkeel.node;

import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.api.PostgresqlResult;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** How long the way to a server and back takes. */
final class RoundTrip {

    /** Pauses of ours and of the server only ever make one longer, so the shortest of some is near the truth. */
    private static final int TRIES = 5;

    private RoundTrip() {}

    static Mono<Duration> measure(PostgresqlConnection connection) {
        return Mono.defer(() -> {
                    long begun = System.nanoTime();
                    return connection
                            .createStatement("select 1")
                            .execute()
                            .concatMap(PostgresqlResult::getRowsUpdated)
                            .then(Mono.fromSupplier(() -> Duration.ofNanos(System.nanoTime() - begun)));
                })
                .repeat(TRIES - 1)
                .reduce((one, other) -> one.compareTo(other) < 0 ? one : other);
    }
}
