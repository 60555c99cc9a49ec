package dev.evenkeel.event;

import dev.evenkeel.event.CallCompleted.Outcome;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A statement of the application has ended. Emitted once for each execution, and only while a listener {@linkplain
 * DatabaseListener#wantsStatements() wants} it; BEGIN, COMMIT and what the library asks for itself are not among them.
 *
 * @param id unique in this process
 * @param node where it ran, as {@code host:port}
 * @param requestId of the call that it was part of, the same as in {@link CallCompleted}; {@code -} when there is none
 * @param scope the request that it was made for: from the Reactor Context, or else all that ran on the same lease
 * @param sql its text, which may have literals in it
 * @param bound its parameters, without their values
 * @param total from its execution to the last of its answer; while rows are awaited by a slow subscriber the time goes on
 * @param rows emitted or changed
 * @param sqlState of the error that it ended with; {@code null} when there was none, or not from the server
 * @param notices what the server said beside the answer, as it wrote it, values included; only for a listener that
 *     {@linkplain DatabaseListener#wantsNotices() wants} them
 */
public record StatementCompleted(
        long id,
        String node,
        String requestId,
        RequestScope scope,
        String sql,
        BoundValues bound,
        Outcome outcome,
        Duration total,
        long rows,
        @Nullable String sqlState,
        List<String> notices) {

    public StatementCompleted {
        notices = List.copyOf(notices);
    }
}
