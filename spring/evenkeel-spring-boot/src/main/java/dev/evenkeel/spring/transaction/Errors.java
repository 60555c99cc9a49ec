package dev.evenkeel.spring.transaction;

import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.Phase;
import io.r2dbc.spi.R2dbcBadGrammarException;
import io.r2dbc.spi.R2dbcDataIntegrityViolationException;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcPermissionDeniedException;
import io.r2dbc.spi.R2dbcRollbackException;
import io.r2dbc.spi.R2dbcTimeoutException;
import java.util.Objects;

/**
 * Gives an error of the server the R2DBC class by which Spring finds the right {@code DataAccessException}. The driver's own
 * classes lead it astray: it calls a deadlock merely transient, a timeout or a lock that is not available a lost resource, and a
 * number out of range bad grammar. The cause is our exception, whose cause is the driver's.
 *
 * @param node where it happened
 * @param requestId of the call that holds the connection
 */
record Errors(String node, String requestId) {

    Throwable translate(Throwable error, Phase phase) {
        if (!(error instanceof R2dbcException known)) {
            return error;
        }
        Throwable ours = FailureClassifier.classify(known, phase, node, requestId);
        return ours instanceof DatabaseException failure
                ? ofState(Objects.requireNonNullElse(known.getSqlState(), ""), known, failure)
                : known;
    }

    private static R2dbcException ofState(String state, R2dbcException driver, DatabaseException ours) {
        String reason = ours.summary();
        String group = state.length() < 2 ? "" : state.substring(0, 2);
        return switch (state) {
            case "55P03" -> new R2dbcRollbackException(reason, state, ours);
            case "57014" -> new R2dbcTimeoutException(reason, state, ours);
            case "42501", "25006" -> new R2dbcPermissionDeniedException(reason, state, ours);
            default ->
                switch (group) {
                    case "40" -> new R2dbcRollbackException(reason, state, ours);
                    case "21", "22", "23", "27", "44" -> new R2dbcDataIntegrityViolationException(reason, state, ours);
                    case "03", "26", "42" -> new R2dbcBadGrammarException(reason, state, driver.getErrorCode(), ours);
                    case "28" -> new R2dbcPermissionDeniedException(reason, state, ours);
                    case "", "08", "53", "57", "58", "XX" ->
                        new R2dbcNonTransientResourceException(reason, state, ours);
                    default -> new RefusedByServer(reason, state, ours, driver.getErrorCode());
                };
        };
    }

    /** Nothing that Spring has a class of its own for, such as an error that a function raises. */
    private static final class RefusedByServer extends R2dbcNonTransientException {

        private static final long serialVersionUID = 1L;

        RefusedByServer(String reason, String state, Throwable cause, int code) {
            super(reason, state, code, cause);
        }
    }
}
