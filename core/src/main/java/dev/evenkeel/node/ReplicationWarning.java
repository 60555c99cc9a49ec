package dev.evenkeel.node;

import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import io.r2dbc.postgresql.api.ErrorDetails;
import io.r2dbc.postgresql.api.PostgresqlException;
import io.r2dbc.spi.Result;
import java.util.Map;

/**
 * The server's word that a transaction has committed on the primary while the wait for its synchronous replica was given
 * up. It has no SQLSTATE of its own and its text is translated, so it is known by the routine that writes it (PostgreSQL's
 * {@code syncrep.c}).
 */
public final class ReplicationWarning {

    private static final String ROUTINE = "SyncRepWaitForLSN";

    private ReplicationWarning() {}

    /** Whether a message among a result's segments is it. */
    public static boolean is(Result.Segment segment) {
        return segment instanceof Result.Message message
                && message.exception() instanceof PostgresqlException postgres
                && is(postgres.getErrorDetails());
    }

    static boolean is(ErrorDetails details) {
        return details.getRoutine().filter(ROUTINE::equals).isPresent();
    }

    static CommitOutcomeUnknownException exception(String node) {
        return new CommitOutcomeUnknownException(Failure.of(
                        "COMMIT_NOT_REPLICATED",
                        ErrorType.CONNECTION,
                        "COMMIT on %s took effect there, but the wait for its synchronous replica was given up:"
                                        .formatted(node)
                                + " a failover may lose it",
                        "do not repeat it: it has been applied",
                        "look for the synchronous replica that is down, and for who cancelled the wait",
                        "use TransactionOptions.exactlyOnce() to wait for the replica instead")
                .with(Map.of("node", node, "committed", "on the primary only")));
    }
}
