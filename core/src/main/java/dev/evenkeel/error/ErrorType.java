package dev.evenkeel.error;

/** The four kinds of failure that callers tell apart first. */
public enum ErrorType {
    /** No usable connection: unreachable, refused, lost, or wrong credentials. */
    CONNECTION,
    /** The server refused a statement or a transaction. */
    QUERY,
    /** Not in time, or not enough capacity. */
    PERFORMANCE,
    /** The database does not look as the statement expects. */
    SCHEMA
}
