package dev.evenkeel.error;

import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything a {@link DatabaseException} knows, gathered before it is thrown. Immutable.
 *
 * @param code five-character SQLSTATE, or one of our own upper-case codes when the server said nothing
 * @param type the kind of failure
 * @param message what happened and where, without literals or secrets
 * @param details machine-readable facts such as the node, the constraint or the limit that was hit
 * @param suggestions what to do, cheapest first; at most four
 * @param safeToRetry whether the same call can be made again without any effect being applied twice
 * @param requestId identifies the call in logs and events; {@code "-"} outside a call
 * @param timestamp when it was noticed
 * @param cause the driver's or the pool's own exception
 */
public record Failure(
        String code,
        ErrorType type,
        String message,
        Map<String, String> details,
        List<String> suggestions,
        boolean safeToRetry,
        String requestId,
        Instant timestamp,
        @Nullable Throwable cause)
        implements Serializable {

    private static final long serialVersionUID = 1L;

    static final String NO_REQUEST = "-";

    public Failure {
        details = Map.copyOf(details);
        suggestions = List.copyOf(suggestions);
    }

    /** A failure outside any call, not safe to retry. */
    public static Failure of(String code, ErrorType type, String message, String... suggestions) {
        return new Failure(code, type, message, Map.of(), List.of(suggestions), false, NO_REQUEST, Instant.now(), null);
    }

    public Failure retryable(boolean safe) {
        return new Failure(code, type, message, details, suggestions, safe, requestId, timestamp, cause);
    }

    public Failure causedBy(@Nullable Throwable error) {
        return new Failure(code, type, message, details, suggestions, safeToRetry, requestId, timestamp, error);
    }

    public Failure suggesting(List<String> remedies) {
        return new Failure(code, type, message, details, remedies, safeToRetry, requestId, timestamp, cause);
    }

    public Failure in(String request) {
        return new Failure(code, type, message, details, suggestions, safeToRetry, request, timestamp, cause);
    }

    public Failure with(Map<String, String> facts) {
        return new Failure(code, type, message, facts, suggestions, safeToRetry, requestId, timestamp, cause);
    }
}
