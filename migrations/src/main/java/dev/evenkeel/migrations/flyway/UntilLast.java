package dev.evenkeel.migrations.flyway;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Passes on, and ends the run by an error behind the last script, so that Flyway rolls it back. */
final class UntilLast implements ScriptListener {

    private final ScriptListener listener;
    private final String last;

    UntilLast(ScriptListener listener, String last) {
        this.listener = listener;
        this.last = last;
    }

    /** What ends it. */
    private static final class Over extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Over() {
            super("the rehearsal is over", null, false, false);
        }
    }

    static boolean isOver(Throwable error) {
        @Nullable Throwable cause = error;
        while (cause != null && !(cause instanceof Over)) {
            cause = cause.getCause();
        }
        return cause != null;
    }

    @Override
    public void scriptStarted(String script, boolean transactional) throws SQLException {
        listener.scriptStarted(script, transactional);
    }

    @Override
    public void statementStarted(String sql) throws SQLException {
        listener.statementStarted(sql);
    }

    @Override
    public void statementEnded() throws SQLException {
        listener.statementEnded();
    }

    @Override
    public void statementFailed() throws SQLException {
        listener.statementFailed();
    }

    @Override
    public void scriptEnded(String script) throws SQLException {
        listener.scriptEnded(script);
        if (script.equals(last)) {
            throw new Over();
        }
    }
}
