package dev.evenkeel.node;

import dev.evenkeel.driver.DriverClient;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.LeaseMisuseException;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Tells whether the session on the server is ours alone. A pooler gives us a number that is not that of the server process, and
 * the session that we get to somebody else after the transaction.
 */
final class OwnSession {

    private OwnSession() {}

    /** Of one whose server process has this number. */
    static boolean is(PostgresqlConnection connection, @Nullable Integer processId) {
        return DriverClient.of(connection)
                .getProcessId()
                .filter(told -> told.equals(processId))
                .isPresent();
    }

    /** Completes, or ends in an error before a setting is changed that others would find changed. */
    static Mono<Void> require(boolean own) {
        return own ? Mono.empty() : Mono.error(OwnSession::shared);
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
