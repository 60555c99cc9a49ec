package dev.evenkeel.monitoring.server;

import dev.evenkeel.monitoring.RunningQuery;
import dev.evenkeel.monitoring.session.Question;
import dev.evenkeel.sql.SqlFingerprint;
import dev.evenkeel.sql.SqlMask;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** What the sessions of a server do at this moment: clients in this database that are not idle. */
public final class Activity {

    /** A session that does nothing has these. */
    private static final String HIDDEN = "<insufficient privilege>";

    /** Whom a session waits for costs the server a look into all its locks: asked only for those that wait for one. */
    private static final String SESSIONS = """
            select pid, backend_start, coalesce(query_start, backend_start) as began,
                   extract(epoch from clock_timestamp() - coalesce(query_start, backend_start)) as age,
                   coalesce(state, '') as state, coalesce(application_name, '') as application, coalesce(usename, '') as role,
                   wait_event_type || ':' || wait_event as waits,
                   case when wait_event_type = 'Lock' then pg_blocking_pids(pid) else '{}' end as blockers,
                   query, usename = current_user and application_name = $1 as own
            from pg_stat_activity
            where backend_type = 'client backend' and datname = current_database() and pid <> pg_backend_pid()
              and state <> 'idle'
            order by began
            """;

    private Activity() {}

    /** The oldest first. The {@code application} is the name under which this one's sessions run. */
    public static Flux<RunningQuery> of(String node, String application, Connection connection) {
        return Question.of(SESSIONS, application).ask(connection, row -> session(node, row));
    }

    private static RunningQuery session(String node, Readable row) {
        String text = shown(row.get("query", String.class));
        return new RunningQuery(
                node,
                Objects.requireNonNull(row.get("pid", Integer.class)),
                time(row, "backend_start"),
                time(row, "began"),
                Duration.ofNanos(
                        (long) (Objects.requireNonNull(row.get("age", Double.class)) * TimeUnit.SECONDS.toNanos(1))),
                text(row, "state"),
                text(row, "application"),
                text(row, "role"),
                row.get("waits", String.class),
                blockers(row.get("blockers", Integer[].class)),
                text == null ? null : SqlFingerprint.of(text),
                text == null ? null : SqlMask.mask(text),
                Boolean.TRUE.equals(row.get("own", Boolean.class)));
    }

    private static @Nullable String shown(@Nullable String text) {
        return text == null || text.isBlank() || text.equals(HIDDEN) ? null : text;
    }

    private static List<Integer> blockers(Integer @Nullable [] pids) {
        return pids == null ? List.of() : Arrays.asList(pids);
    }

    private static String text(Readable row, String column) {
        return Objects.requireNonNull(row.get(column, String.class));
    }

    private static OffsetDateTime time(Readable row, String column) {
        return Objects.requireNonNull(row.get(column, OffsetDateTime.class));
    }
}
