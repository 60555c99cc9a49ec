package dev.evenkeel.monitoring.meter;

import dev.evenkeel.event.StatementCompleted;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/** Names as in OpenTelemetry's semantic conventions for database spans. Replace it to name in another way. */
public class StatementConvention implements ObservationConvention<StatementContext> {

    private static final String NONE = "none";

    @Override
    public String getName() {
        return "db.client.operation";
    }

    /** The summary; for a text that has none, the database. */
    @Override
    public String getContextualName(StatementContext context) {
        return context.summary().isEmpty() ? context.database() : context.summary();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(StatementContext context) {
        StatementCompleted completed = context.completed();
        String state = completed == null || completed.sqlState() == null ? NONE : completed.sqlState();
        return KeyValues.of(
                "db.system.name", "postgresql",
                "db.namespace", context.database(),
                "db.query.summary", context.summary(),
                "db.response.status_code", state,
                "error.type", state,
                "server.address", context.host(),
                "server.port", String.valueOf(context.port()));
    }

    /** The text without its literals. */
    @Override
    public KeyValues getHighCardinalityKeyValues(StatementContext context) {
        return KeyValues.of("db.query.text", context.masked());
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof StatementContext;
    }
}
