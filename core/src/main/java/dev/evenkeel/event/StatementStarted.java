package dev.evenkeel.event;

import reactor.util.context.ContextView;

/**
 * A statement of the application is about to be sent. Emitted only while a listener {@linkplain
 * DatabaseListener#wantsStatementStarts() wants} it; a {@link StatementCompleted} with the same {@code id} follows.
 *
 * @param id unique in this process
 * @param context the Reactor Context of whoever executes it
 */
public record StatementStarted(long id, String node, String sql, ContextView context) {}
