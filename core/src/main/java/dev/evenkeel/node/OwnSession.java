package dev.evenkeel.node;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.LeaseMisuseException;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.client.Client;
import reactor.core.publisher.Mono;

/**
 * Tells whether the session on the server is ours alone. A pooler gives us a number that is not that of the server process, and
 * the session that we get to somebody else after the transaction.
 */
final class OwnSession {

    private OwnSession() {}

    /** Completes, or ends in an error before a setting is changed that others would find changed. */
    static Mono<Void> require(PostgresqlConnection connection, Client client) {
        return connection
                .createStatement("select pg_backend_pid()")
                .execute()
                .concatMap(result -> result.map(row -> row.get(0, Integer.class)))
                .single()
                .flatMap(pid ->
                        client.getProcessId().filter(told -> !told.equals(pid)).isPresent()
                                ? Mono.error(shared())
                                : Mono.empty());
    }

    private static LeaseMisuseException shared() {
        return new LeaseMisuseException(Failure.of(
                "SESSION_IS_SHARED",
                ErrorType.QUERY,
                "The connection goes through a pooler: a setting of its session would become somebody else's",
                "use TransactionOptions.timeout and .isolation, or SET LOCAL inside a transaction",
                "set it for the role or the database: alter role ... set ..."));
    }
}
