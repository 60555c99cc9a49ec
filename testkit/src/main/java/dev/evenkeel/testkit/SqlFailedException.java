package dev.evenkeel.testkit;

import java.sql.SQLException;

/** A statement that a test ran on a {@link PostgresNode} failed, or the node did not answer. */
public final class SqlFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String sqlState;

    SqlFailedException(String message, SQLException cause) {
        super(message + ": " + cause.getMessage(), cause);
        this.sqlState = cause.getSQLState() == null ? "" : cause.getSQLState();
    }

    /** The five characters of PostgreSQL or the driver; empty if there are none. */
    public String sqlState() {
        return sqlState;
    }
}
