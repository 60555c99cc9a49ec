package dev.evenkeel.monitoring;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a session does at this moment. Immutable.
 *
 * @param node {@code host:port}
 * @param pid of its server process; used again for other sessions later, so only together with {@code sessionBegan} it says
 *     which one
 * @param sessionBegan by the server's clock
 * @param began when the statement began, or the last one in an idle transaction, by the server's clock
 * @param age how long ago that was
 * @param state as in {@code pg_stat_activity}: {@code active}, {@code idle in transaction} and so on
 * @param application name of the client, as it says
 * @param user role of the session
 * @param waitsFor what it waits for, such as {@code Lock:transactionid}; {@code null} when it computes
 * @param blockedBy processes that hold what it waits for
 * @param fingerprint of the statement; {@code null} when the rights do not show it
 * @param sql without literals; {@code null} when the rights do not show it
 * @param own whether it is one of this application: the same role and application name
 */
public record RunningQuery(
        String node,
        int pid,
        OffsetDateTime sessionBegan,
        OffsetDateTime began,
        Duration age,
        String state,
        String application,
        String user,
        @Nullable String waitsFor,
        List<Integer> blockedBy,
        @Nullable String fingerprint,
        @Nullable String sql,
        boolean own) {

    public RunningQuery {
        blockedBy = List.copyOf(blockedBy);
    }

    /** Whether it is a question of {@link dev.evenkeel.ReactiveDatabaseManager#inspect}, of this application or another one. */
    public boolean isInspection() {
        return application.endsWith(":inspect");
    }
}
