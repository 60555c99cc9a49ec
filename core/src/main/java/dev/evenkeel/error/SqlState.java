package dev.evenkeel.error;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a SQLSTATE means for a client that must decide between retrying, giving up and looking for another server.
 *
 * <p>Codes and classes are those of the PostgreSQL manual, appendix "PostgreSQL Error Codes"; 08003 and 08006 are also
 * produced by the driver itself when it cannot connect or loses the connection.
 */
public enum SqlState {
    CONNECTION_FAILURE(ErrorType.CONNECTION),
    SESSION_TERMINATED(ErrorType.CONNECTION),
    NOT_ACCEPTING_YET(ErrorType.CONNECTION),
    TOO_MANY_CONNECTIONS(ErrorType.CONNECTION),
    LOGIN_REFUSED(ErrorType.CONNECTION),
    READ_ONLY_NODE(ErrorType.CONNECTION),
    CONFLICT(ErrorType.QUERY),
    STALE_PLAN(ErrorType.QUERY),
    TRANSACTION_ABORTED(ErrorType.QUERY),
    CONSTRAINT(ErrorType.QUERY),
    BAD_DATA(ErrorType.QUERY),
    BAD_SYNTAX(ErrorType.QUERY),
    NOT_PERMITTED(ErrorType.QUERY),
    LOCK_NOT_AVAILABLE(ErrorType.PERFORMANCE),
    CANCELED(ErrorType.PERFORMANCE),
    OUT_OF_RESOURCES(ErrorType.PERFORMANCE),
    UNKNOWN_OBJECT(ErrorType.SCHEMA),
    OTHER(ErrorType.QUERY);

    private static final Map<String, SqlState> BY_CODE = Map.ofEntries(
            Map.entry("40001", CONFLICT),
            Map.entry("40P01", CONFLICT),
            Map.entry("40002", CONSTRAINT),
            Map.entry("40003", OTHER),
            Map.entry("25P02", TRANSACTION_ABORTED),
            Map.entry("26000", STALE_PLAN),
            Map.entry("42P05", STALE_PLAN),
            Map.entry("0A000", OTHER),
            Map.entry("55P03", LOCK_NOT_AVAILABLE),
            Map.entry("57014", CANCELED),
            Map.entry("57P01", SESSION_TERMINATED),
            Map.entry("57P02", SESSION_TERMINATED),
            Map.entry("57P05", SESSION_TERMINATED),
            Map.entry("25P03", SESSION_TERMINATED),
            Map.entry("25P04", SESSION_TERMINATED),
            Map.entry("57P03", NOT_ACCEPTING_YET),
            Map.entry("53300", TOO_MANY_CONNECTIONS),
            Map.entry("25006", READ_ONLY_NODE),
            Map.entry("3D000", LOGIN_REFUSED),
            Map.entry("42501", NOT_PERMITTED),
            Map.entry("42P01", UNKNOWN_OBJECT),
            Map.entry("42703", UNKNOWN_OBJECT),
            Map.entry("42883", UNKNOWN_OBJECT),
            Map.entry("42704", UNKNOWN_OBJECT),
            Map.entry("3F000", UNKNOWN_OBJECT));

    private static final Map<String, SqlState> BY_CLASS = Map.of(
            "08", CONNECTION_FAILURE,
            "28", LOGIN_REFUSED,
            "40", CONFLICT,
            "23", CONSTRAINT,
            "22", BAD_DATA,
            "42", BAD_SYNTAX,
            "53", OUT_OF_RESOURCES,
            "58", OUT_OF_RESOURCES,
            "54", OUT_OF_RESOURCES);

    private final ErrorType type;

    SqlState(ErrorType type) {
        this.type = type;
    }

    public ErrorType type() {
        return type;
    }

    /** The meaning of a code; {@link #OTHER} for one that is unknown or missing. */
    public static SqlState of(@Nullable String code) {
        if (code == null || code.length() != 5) {
            return OTHER;
        }
        SqlState exact = BY_CODE.get(code);
        return exact != null ? exact : BY_CLASS.getOrDefault(code.substring(0, 2), OTHER);
    }

    /** Whether the connection is of no use after this error. */
    public boolean endsConnection() {
        return this == CONNECTION_FAILURE || this == SESSION_TERMINATED;
    }
}
