package dev.evenkeel.migrations.flyway;

import java.sql.SQLException;

/** Is told what Flyway does, on its thread and in the transaction of the script. What it throws ends the script. */
public interface ScriptListener {

    /** Hears nothing. */
    ScriptListener NONE = new ScriptListener() {};

    default void scriptStarted(String script, boolean transactional) throws SQLException {}

    default void statementStarted(String sql) throws SQLException {}

    default void statementEnded() throws SQLException {}

    /** It has failed, and so has the transaction, if it was in one. */
    default void statementFailed() throws SQLException {}

    /** It has run, and is not committed yet. */
    default void scriptEnded(String script) throws SQLException {}
}
