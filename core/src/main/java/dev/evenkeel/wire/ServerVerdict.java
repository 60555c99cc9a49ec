package dev.evenkeel.wire;

import io.r2dbc.postgresql.api.ErrorDetails;
import io.r2dbc.postgresql.message.backend.ErrorResponse;

/** What an error of the server means for a query on a lane. */
public enum ServerVerdict {
    /** What was prepared does not hold any more, or was never prepared: the query is all right. */
    STALE,
    /** It waited for a lock, or ran too long, for a connection that others share; with one of its own it may. */
    LIMIT_OF_THE_LANE,
    /** The query itself. */
    REFUSED;

    public static ServerVerdict of(ErrorResponse response) {
        ErrorDetails details = new ErrorDetails(response.getFields());
        return switch (details.getCode()) {
            case "26000" -> STALE;
            // "cached plan must not change result type" has no code of its own.
            case "0A000" ->
                details.getRoutine().filter("RevalidateCachedQuery"::equals).isPresent() ? STALE : REFUSED;
            case "55P03", "57014" -> LIMIT_OF_THE_LANE;
            default -> REFUSED;
        };
    }
}
