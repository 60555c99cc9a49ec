package dev.evenkeel.monitoring.server;

import dev.evenkeel.monitoring.CancelPolicy;
import dev.evenkeel.monitoring.CancelPolicy.Action;
import dev.evenkeel.monitoring.CancelPolicy.Scope;
import dev.evenkeel.monitoring.CancelledQuery;
import dev.evenkeel.monitoring.CancelledQuery.Outcome;
import dev.evenkeel.monitoring.RunningQuery;
import dev.evenkeel.monitoring.session.Question;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcException;
import java.util.Set;
import reactor.core.publisher.Mono;

/**
 * Stops statements, and only those that were seen.
 *
 * <p>How this works: a process number says nothing, because sessions come and go and each runs one statement after the other. So
 * the signal is sent by a query whose condition is the identity of what was seen: the same process, begun at the same moment,
 * running a statement that began at the same moment. Between the server's look and its signal, which are in the same expression,
 * lie microseconds; PostgreSQL offers nothing that closes them.
 */
public final class Cancellation {

    private static final String CONDITION = """
            from pg_stat_activity
            where pid = $1 and backend_start = $2 and coalesce(query_start, backend_start) = $3 and state = $4
            """;

    private static final String CANCEL = "select pg_cancel_backend(pid) " + CONDITION;
    private static final String TERMINATE = "select pg_terminate_backend(pid) " + CONDITION;

    /** What others begin and what must not be stopped half-way. */
    private static final Set<String> MAINTENANCE = Set.of(
            "VACUUM",
            "ANALYZE",
            "REINDEX",
            "CLUSTER",
            "CREATE",
            "ALTER",
            "DROP",
            "COPY",
            "REFRESH",
            "CHECKPOINT",
            "REPACK");

    private static final Set<String> TOOLS = Set.of("pg_dump", "pg_dumpall", "pg_restore", "pg_basebackup");

    private static final String NOT_PERMITTED = "42501";

    private Cancellation() {}

    /** What the policy is about, among what runs. */
    public static boolean concerns(CancelPolicy policy, RunningQuery query, String role) {
        boolean whose = policy.scope() == Scope.DATABASE
                || (policy.scope() == Scope.ROLE && query.user().equals(role))
                || query.own();
        boolean stoppable = query.state().equals("active") || policy.action() == Action.TERMINATE;
        return whose
                && stoppable
                && query.age().compareTo(policy.olderThan()) > 0
                && query.sql() != null
                && !isMaintenance(query);
    }

    /** What is never stopped: what others begin, or what must not end half-way. */
    public static boolean isMaintenance(RunningQuery query) {
        String application = query.application();
        return query.isInspection()
                || application.endsWith(":migrate")
                || TOOLS.contains(application)
                || (query.sql() != null && startsWithMaintenance(query.sql()));
    }

    private static boolean startsWithMaintenance(String sql) {
        String first = sql.strip().split("\\W", 2)[0];
        return MAINTENANCE.contains(first.toUpperCase(java.util.Locale.ROOT));
    }

    /** Stops one statement, on a session with its server. */
    public static Mono<CancelledQuery> stop(RunningQuery query, Action action, Connection connection) {
        return Question.of(
                        action == Action.CANCEL ? CANCEL : TERMINATE,
                        query.pid(),
                        query.sessionBegan(),
                        query.began(),
                        query.state())
                .ask(connection, row -> Boolean.TRUE.equals(row.get(0, Boolean.class)))
                .next()
                .map(sent -> sent
                        ? new CancelledQuery(query, Outcome.SIGNALLED, "it ran for " + query.age())
                        : new CancelledQuery(query, Outcome.GONE, "its process had ended"))
                .defaultIfEmpty(new CancelledQuery(
                        query, Outcome.GONE, "it had ended, and its session does something else or is gone"))
                .onErrorResume(
                        R2dbcException.class,
                        refused -> NOT_PERMITTED.equals(refused.getSqlState())
                                ? Mono.just(new CancelledQuery(
                                        query,
                                        Outcome.REFUSED,
                                        "it is another role's: grant pg_signal_backend, or that role"))
                                : Mono.error(refused));
    }

    /** The role of this session. */
    public static Mono<String> role(Connection connection) {
        return Question.of("select current_user").text(connection);
    }
}
