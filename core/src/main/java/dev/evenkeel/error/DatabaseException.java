package dev.evenkeel.error;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The one exception that Evenkeel emits for anything that goes wrong with the database. Its leaves differ by what the
 * caller can do about them. An exception that a user's own function throws is passed on untouched.
 *
 * <p>The message never carries statement literals or secrets. The driver's exception is always kept as the
 * {@linkplain #getCause() cause}; that one may quote the server verbatim.
 */
public abstract sealed class DatabaseException extends RuntimeException
        permits AuthenticationFailedException,
                CommitOutcomeUnknownException,
                ConnectionLostException,
                ConstraintViolatedException,
                DeadlineExceededException,
                InvalidConfigurationException,
                LeaseMisuseException,
                ManagerClosedException,
                MigrationException,
                NodeUnavailableException,
                PoolExhaustedException,
                QueryFailedException,
                SchemaMismatchException,
                TransactionConflictException {

    private static final long serialVersionUID = 1L;

    private final Failure failure;

    DatabaseException(Failure failure) {
        super(render(failure), failure.cause());
        this.failure = failure;
    }

    private static String render(Failure failure) {
        StringBuilder text = new StringBuilder(failure.message());
        int number = 1;
        for (String suggestion : failure.suggestions()) {
            text.append('\n').append("  ").append(number++).append(". ").append(suggestion);
        }
        return text.toString();
    }

    /** Five-character SQLSTATE, or one of our own upper-case codes when the server said nothing. */
    public String code() {
        return failure.code();
    }

    public ErrorType type() {
        return failure.type();
    }

    /** What happened, without the suggestions that {@link #getMessage()} adds. */
    public String summary() {
        return failure.message();
    }

    /** Machine-readable facts such as {@code node}, {@code constraint} or {@code waiting}. Never literals or secrets. */
    public Map<String, String> details() {
        return failure.details();
    }

    public Instant timestamp() {
        return failure.timestamp();
    }

    /** Identifies the call in logs and events; {@code "-"} when the failure did not happen inside a call. */
    public String requestId() {
        return failure.requestId();
    }

    /** What to do about it, cheapest first. */
    public List<String> suggestions() {
        return failure.suggestions();
    }

    /** Whether making the same call again cannot apply any effect twice and has a chance to succeed. */
    public boolean safeToRetry() {
        return failure.safeToRetry();
    }
}
