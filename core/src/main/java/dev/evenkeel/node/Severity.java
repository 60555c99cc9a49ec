package dev.evenkeel.node;

import io.r2dbc.postgresql.api.PostgresqlException;
import io.r2dbc.spi.Result;
import java.util.Set;

/** Tells errors from notices: the SPI has one kind of segment for both. */
public final class Severity {

    /** Not translated, in PostgreSQL's field {@code V}. */
    private static final Set<String> NOTICES = Set.of("WARNING", "NOTICE", "DEBUG", "INFO", "LOG");

    private Severity() {}

    public static boolean isError(Result.Segment segment) {
        return segment instanceof Result.Message message
                && !(message.exception() instanceof PostgresqlException server
                        && NOTICES.contains(server.getErrorDetails().getSeverityNonLocalized()));
    }
}
