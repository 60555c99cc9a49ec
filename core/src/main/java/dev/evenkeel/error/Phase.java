package dev.evenkeel.error;

/**
 * How far a call had come when it failed. Together with the SQLSTATE this decides whether running it again is safe; the
 * driver's exception class does not.
 */
public enum Phase {
    /** Nothing was sent that could have an effect. */
    CONNECTING,
    /** Only statements without effect were sent. */
    READING,
    /** One statement was sent of which the caller says that running it again does no harm. */
    REPEATABLE,
    /** Inside an open transaction whose COMMIT was not sent: losing the connection undoes everything. */
    IN_TRANSACTION,
    /** One statement that is its own transaction was sent; whether it ran is unknown once its answer is lost. */
    STATEMENT,
    /** Any number of statements were sent, each its own transaction: some may have taken effect, whatever failed. */
    AUTOCOMMIT,
    /** COMMIT was sent. */
    COMMITTING
}
