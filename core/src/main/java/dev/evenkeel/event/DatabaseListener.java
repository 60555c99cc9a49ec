package dev.evenkeel.event;

/**
 * Is told what happened. Called on the thread on which it happened, often an event loop, so it must be fast and must not
 * block. An exception that it throws is logged and changes nothing.
 */
public interface DatabaseListener {

    default void onCallCompleted(CallCompleted event) {}

    default void onCallRetried(CallRetried event) {}

    /** Only if {@link #wantsStatementStarts()}. */
    default void onStatementStarted(StatementStarted event) {}

    /** Only if {@link #wantsStatements()}. */
    default void onStatementCompleted(StatementCompleted event) {}

    default void onCommitResolved(CommitResolved event) {}

    default void onTopologyChanged(TopologyEvent event) {}

    /** Of the connections in the pools, not of the probes' own. */
    default void onConnectionOpened(ConnectionOpened event) {}

    /** Of the connections in the pools, not of the probes' own. */
    default void onConnectionClosed(ConnectionClosed event) {}

    default void onAdministrativeAction(AdministrativeAction event) {}

    /** Whether each statement is to be watched, which costs a little. Asked once, when the listener is added. */
    default boolean wantsStatements() {
        return false;
    }

    /** Whether the beginning of each statement is to be told, too. Asked once, when the listener is added. */
    default boolean wantsStatementStarts() {
        return false;
    }

    /** Whether notices are to be collected, which costs a little for each row. Asked once, when the listener is added. */
    default boolean wantsNotices() {
        return false;
    }
}
