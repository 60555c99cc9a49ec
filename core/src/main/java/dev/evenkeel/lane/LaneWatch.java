package dev.evenkeel.lane;

import dev.evenkeel.CallContext;
import dev.evenkeel.event.BoundValues;
import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.Listeners;
import dev.evenkeel.event.RequestScope;
import dev.evenkeel.event.StatementCompleted;
import dev.evenkeel.event.StatementIds;
import dev.evenkeel.event.StatementStarted;
import io.r2dbc.spi.R2dbcException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/** Times one query on a lane for the listeners; made only while one of them wants that. */
final class LaneWatch {

    /** A statement may say much; listeners get the beginning. */
    private static final int MOST_NOTICES = 16;

    private static final RequestScope ALONE = RequestScope.ofOneStatement("one query");

    private final Listeners listeners;
    private final String node;
    private final LaneQuery<?> query;
    private final RequestScope scope;
    private final long id = StatementIds.next();
    private final long begunNanos = System.nanoTime();
    private volatile long rows;
    private volatile List<String> notices = List.of();
    private volatile @Nullable Throwable failure;

    private LaneWatch(Listeners listeners, String node, LaneQuery<?> query, ContextView context) {
        this.listeners = listeners;
        this.node = node;
        this.query = query;
        this.scope = CallContext.request(context).orElse(ALONE);
        if (listeners.wantsStatementStarts()) {
            listeners.onStatementStarted(new StatementStarted(id, node, query.sql(), context));
        }
    }

    static @Nullable LaneWatch of(Listeners listeners, String node, LaneQuery<?> query, ContextView context) {
        return listeners.wantsStatements() || listeners.wantsStatementStarts()
                ? new LaneWatch(listeners, node, query, context)
                : null;
    }

    void rows(long count) {
        rows = count;
    }

    void noticed(String text) {
        if (listeners.wantsNotices() && notices.size() < MOST_NOTICES) {
            List<String> more = new ArrayList<>(notices);
            more.add(text);
            notices = more;
        }
    }

    void failed(Throwable error) {
        failure = error;
    }

    void ended(Outcome outcome) {
        listeners.onStatementCompleted(new StatementCompleted(
                id,
                node,
                query.requestId(),
                scope,
                query.sql(),
                BoundValues.ofParameters(query.parameters()),
                outcome,
                Duration.ofNanos(System.nanoTime() - begunNanos),
                rows,
                failure instanceof R2dbcException refused ? refused.getSqlState() : null,
                notices));
    }
}
