package dev.evenkeel.event;

/**
 * The answer to a COMMIT was lost, and an exactly-once transaction has found out what became of it. Immutable.
 *
 * @param node where COMMIT was sent
 * @param committed whether it has been applied; if not, it never will be
 */
public record CommitResolved(String node, String requestId, boolean committed) {}
