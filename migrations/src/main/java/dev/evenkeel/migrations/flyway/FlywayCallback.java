package dev.evenkeel.migrations.flyway;

import java.sql.SQLException;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/** Passes on what Flyway is about to do. */
final class FlywayCallback implements Callback {

    private final ScriptListener listener;

    FlywayCallback(ScriptListener listener) {
        this.listener = listener;
    }

    @Override
    public boolean supports(Event event, Context context) {
        return switch (event) {
            case BEFORE_EACH_MIGRATE,
                    BEFORE_EACH_MIGRATE_STATEMENT,
                    AFTER_EACH_MIGRATE_STATEMENT,
                    AFTER_EACH_MIGRATE_STATEMENT_ERROR,
                    AFTER_EACH_MIGRATE -> true;
            default -> false;
        };
    }

    @Override
    public boolean canHandleInTransaction(Event event, Context context) {
        return true;
    }

    @Override
    public void handle(Event event, Context context) {
        try {
            switch (event) {
                case BEFORE_EACH_MIGRATE ->
                    listener.scriptStarted(
                            script(context), !context.getConnection().getAutoCommit());
                case BEFORE_EACH_MIGRATE_STATEMENT ->
                    listener.statementStarted(context.getStatement().getSql());
                case AFTER_EACH_MIGRATE_STATEMENT -> listener.statementEnded();
                case AFTER_EACH_MIGRATE_STATEMENT_ERROR -> listener.statementFailed();
                case AFTER_EACH_MIGRATE -> listener.scriptEnded(script(context));
                default -> throw new IllegalStateException("not supported: " + event);
            }
        } catch (SQLException e) {
            throw new FlywayException(e.getMessage(), e);
        }
    }

    private static String script(Context context) {
        return context.getMigrationInfo().getScript();
    }

    @Override
    public String getCallbackName() {
        return "evenkeel";
    }
}
