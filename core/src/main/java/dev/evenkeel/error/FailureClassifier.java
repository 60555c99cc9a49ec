package dev.evenkeel.error;

import io.r2dbc.postgresql.api.ErrorDetails;
import io.r2dbc.postgresql.api.PostgresqlException;
import io.r2dbc.spi.R2dbcException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.pool.PoolShutdownException;

/**
 * Turns what the driver and the pool throw into a {@link DatabaseException}, by SQLSTATE and {@link Phase}. The driver's
 * exception classes are not looked at: they call a lost connection permanent and an exhausted pool transient.
 *
 * <p>Stateless. Anything that does not come from the driver or the pool, such as an exception of the user's own function,
 * is returned as it is.
 */
public final class FailureClassifier {

    /** No code of the server's: the driver gives it to a COMMIT that was answered by ROLLBACK. */
    private static final String COMMIT_BECAME_ROLLBACK = "99999";

    /** The driver's exception for more than 256 exchanges at once; it has the code of a lost connection. */
    private static final String QUEUE_FULL = "RequestQueueException";

    /** How Netty's resolver says it. */
    private static final String NO_SUCH_NAME = "NXDOMAIN";

    /** The server's context also quotes what it could not read, which is left out here. */
    private static final Pattern COPY_LINE = Pattern.compile("^COPY [^\\n]*?, line (\\d+)(?:, column ([^:\\n]+))?");

    private static final String UNRESOLVED = "its name does not resolve";

    /** What PgBouncer says to a login with a parameter that it does not know. */
    private static final String UNSUPPORTED_PARAMETER = "unsupported startup parameter";

    private FailureClassifier() {}

    /**
     * Makes the exception that a caller sees.
     *
     * @param phase how far the call had come
     * @param node name of the server it ran on
     * @param requestId identifies the call
     */
    public static Throwable classify(Throwable thrown, Phase phase, String node, String requestId) {
        Throwable error = Exceptions.unwrap(thrown);
        if (error instanceof DatabaseException) {
            return error;
        }
        if (error instanceof EncryptionFailedException tls) {
            return tls.of(node, requestId);
        }
        if (error instanceof R2dbcException r2dbc) {
            return fromServer(r2dbc, phase, node, requestId);
        }
        if (error instanceof PoolShutdownException) {
            return new ManagerClosedException(
                    Failure.of("MANAGER_CLOSED", ErrorType.CONNECTION, "The connections to " + node + " are closed")
                            .causedBy(error)
                            .in(requestId));
        }
        if (phase == Phase.CONNECTING && isConnectionProblem(error)) {
            return connectionFailure("08006", error, phase, node, requestId);
        }
        return error;
    }

    /** Only while connecting: later such an exception may just as well be one of the user's own function. */
    private static boolean isConnectionProblem(Throwable error) {
        return error instanceof IOException
                || error instanceof ClosedChannelException
                || error instanceof SSLException
                || error instanceof TimeoutException;
    }

    private static DatabaseException fromServer(R2dbcException error, Phase phase, String node, String requestId) {
        String code = Optional.ofNullable(error.getSqlState()).orElse("UNKNOWN");
        SqlState state = SqlState.of(code);
        if (error.getClass().getSimpleName().equals(QUEUE_FULL)) {
            return tooManyAtOnce(error, node, requestId);
        }
        if (state.endsConnection()) {
            return connectionFailure(code, error, phase, node, requestId);
        }
        if (phase == Phase.CONNECTING && error.getSqlState() == null) {
            // The pool's own: the connection was lost while it was looked at.
            return connectionFailure("08006", error, phase, node, requestId);
        }
        if (phase == Phase.COMMITTING && code.equals(COMMIT_BECAME_ROLLBACK)) {
            return rolledBackByCommit(error, node, requestId);
        }
        Map<String, String> facts = facts(error, node);
        String what = Redaction.serverMessage(error.getSqlState(), serverText(error)) + place(facts);
        Failure failure = Failure.of(code, state.type(), "%s: %s [SQLSTATE %s]".formatted(node, what, code))
                .suggesting(Suggestions.forState(state, code))
                .with(facts)
                .causedBy(error)
                .in(requestId);
        return switch (state) {
            case LOGIN_REFUSED -> new AuthenticationFailedException(failure);
            case READ_ONLY_NODE ->
                phase == Phase.READING
                        ? new QueryFailedException(failure)
                        : new NodeUnavailableException(failure.retryable(nothingApplied(phase)));
            case NOT_ACCEPTING_YET, TOO_MANY_CONNECTIONS ->
                new NodeUnavailableException(failure.retryable(nothingApplied(phase)));
            case CONFLICT -> new TransactionConflictException(failure.retryable(nothingApplied(phase)));
            case CONSTRAINT -> new ConstraintViolatedException(failure);
            case UNKNOWN_OBJECT -> new SchemaMismatchException(failure);
            case CANCELED -> new DeadlineExceededException(failure);
            default -> new QueryFailedException(failure);
        };
    }

    private static DatabaseException tooManyAtOnce(R2dbcException error, String node, String requestId) {
        return new QueryFailedException(Failure.of(
                        "TOO_MANY_STATEMENTS",
                        ErrorType.QUERY,
                        "More than 256 statements wait on one connection to " + node,
                        "run them one after the other (concatMap), or a few at a time",
                        "send many rows in one statement: insert ... select from unnest($1, $2)")
                .with(Map.of("node", node))
                .causedBy(error)
                .in(requestId));
    }

    /** PostgreSQL answers COMMIT with the word ROLLBACK when a statement inside the transaction had failed. */
    private static DatabaseException rolledBackByCommit(R2dbcException error, String node, String requestId) {
        return new QueryFailedException(Failure.of(
                        "COMMIT_ROLLED_BACK",
                        ErrorType.QUERY,
                        "%s rolled the transaction back at COMMIT: a statement in it had failed".formatted(node),
                        "find where the function swallows a statement's error, and let it through")
                .with(Map.of("node", node))
                .causedBy(error)
                .in(requestId));
    }

    /** Whether an error of the server means that the whole call had no effect. */
    private static boolean nothingApplied(Phase phase) {
        return phase != Phase.AUTOCOMMIT;
    }

    private static DatabaseException connectionFailure(
            String code, Throwable error, Phase phase, String node, String requestId) {
        String message = lost(phase, node, error);
        Failure failure = Failure.of(code, ErrorType.CONNECTION, message)
                .suggesting(remedies(message, code))
                .with(Map.of("node", node, "phase", phase.name()))
                .causedBy(error)
                .in(requestId);
        return switch (phase) {
            case CONNECTING -> new NodeUnavailableException(failure.retryable(true));
            case READING, REPEATABLE, IN_TRANSACTION -> new ConnectionLostException(failure.retryable(true));
            case STATEMENT, AUTOCOMMIT -> new ConnectionLostException(failure);
            case COMMITTING ->
                new CommitOutcomeUnknownException(failure.suggesting(List.of(
                        "look whether the transaction's effects are there before you repeat it",
                        "use TransactionOptions.exactlyOnce() where repeating must be safe")));
        };
    }

    private static List<String> remedies(String message, String code) {
        if (message.contains(UNRESOLVED)) {
            return Suggestions.unresolvedName();
        }
        return message.contains(UNSUPPORTED_PARAMETER)
                ? Suggestions.unsupportedParameter()
                : Suggestions.forState(SqlState.CONNECTION_FAILURE, code);
    }

    private static String lost(Phase phase, String node, Throwable error) {
        String reason = reason(error);
        return switch (phase) {
            case CONNECTING -> "Cannot connect to %s: %s".formatted(node, reason);
            case READING -> "Lost the connection to %s while reading: %s".formatted(node, reason);
            case IN_TRANSACTION ->
                "Lost the connection to %s before COMMIT, nothing was applied: %s".formatted(node, reason);
            case REPEATABLE, STATEMENT, AUTOCOMMIT ->
                "Lost the connection to %s; whether the statement took effect is unknown: %s".formatted(node, reason);
            case COMMITTING ->
                "Lost the connection to %s after COMMIT was sent; the transaction is applied as a whole or not at all: %s"
                        .formatted(node, reason);
        };
    }

    /** What is at the bottom of it, in a few words and without secrets. */
    public static String reason(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage();
        if (root instanceof UnknownHostException || (message != null && message.endsWith(NO_SUCH_NAME))) {
            return UNRESOLVED + " (" + message + ")";
        }
        return message == null ? root.getClass().getSimpleName() : Redaction.url(message);
    }

    private static @Nullable String serverText(R2dbcException error) {
        return error instanceof PostgresqlException postgres
                ? postgres.getErrorDetails().getMessage()
                : error.getMessage();
    }

    private static Map<String, String> facts(R2dbcException error, String node) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("node", node);
        if (error instanceof PostgresqlException postgres) {
            ErrorDetails details = postgres.getErrorDetails();
            details.getConstraintName().ifPresent(name -> facts.put("constraint", name));
            details.getSchemaName().ifPresent(name -> facts.put("schema", name));
            details.getTableName().ifPresent(name -> facts.put("table", name));
            details.getColumnName().ifPresent(name -> facts.put("column", name));
            details.getWhere().map(COPY_LINE::matcher).filter(Matcher::find).ifPresent(place -> {
                facts.put("line", place.group(1));
                if (place.group(2) != null) {
                    facts.put("column", place.group(2));
                }
            });
        }
        return facts;
    }

    /** Where in the data of a COPY. */
    private static String place(Map<String, String> facts) {
        String column = facts.get("column");
        return !facts.containsKey("line")
                ? ""
                : ", line " + facts.get("line") + (column == null ? "" : ", column " + column);
    }
}
