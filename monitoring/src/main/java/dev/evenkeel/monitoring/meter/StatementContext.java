package dev.evenkeel.monitoring.meter;

import dev.evenkeel.event.StatementCompleted;
import dev.evenkeel.sql.SqlMask;
import dev.evenkeel.sql.SqlSummary;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/** What a convention sees of a statement. */
public final class StatementContext extends Observation.Context {

    private final String sql;
    private final String host;
    private final int port;
    private final String database;
    private @Nullable String summary;
    private @Nullable String masked;
    private @Nullable StatementCompleted completed;

    StatementContext(String sql, String host, int port, String database) {
        this.sql = sql;
        this.host = host;
        this.port = port;
        this.database = database;
    }

    /** As it was executed; it may have literals. */
    public String sql() {
        return sql;
    }

    /** What it does and to what; empty for a text that says neither. A convention is asked at the start and at the end. */
    public String summary() {
        String known = summary;
        if (known == null) {
            known = SqlSummary.of(sql);
            summary = known;
        }
        return known;
    }

    /** The text without its literals. */
    public String masked() {
        String known = masked;
        if (known == null) {
            known = SqlMask.mask(sql);
            masked = known;
        }
        return known;
    }

    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    public String database() {
        return database;
    }

    /** {@code null} until it has ended. */
    public @Nullable StatementCompleted completed() {
        return completed;
    }

    void completed(StatementCompleted event) {
        completed = event;
    }
}
