package dev.evenkeel.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The clients' sessions on each node that answers, without those of the test kit. */
record SessionCensus(Map<PostgresNode, List<Session>> sessions) {

    /** A session as one line for people, and whether it is at rest. */
    record Session(boolean idle, String description) {}

    private static final String IDLE = "idle:";

    private static final String ALL = """
            select case when state = 'idle' then '%s' else 'busy:' end
                || 'pid ' || pid || ', ' || coalesce(state, 'starting')
                || ', application "' || application_name || '", user ' || coalesce(usename, '?')
                || ', for ' || round(extract(epoch from clock_timestamp() - coalesce(state_change, backend_start))::numeric, 1)
                || ' s: ' || regexp_replace(left(query, 200), '\\s+', ' ', 'g')
            from pg_stat_activity
            where backend_type = 'client backend' and pid <> pg_backend_pid() and application_name <> '%s'
            """.formatted(IDLE, AdminSql.APPLICATION);

    // On a server of somebody else's only what can be the tests' own.
    private static final String OWN = ALL + " and usename = current_user and datname = current_database()";

    static SessionCensus of(PostgresCluster cluster) {
        Map<PostgresNode, List<Session>> sessions = new LinkedHashMap<>();
        for (PostgresNode node : cluster.nodes()) {
            if (cluster.answering(node)) {
                List<Session> found = new ArrayList<>();
                for (String line : node.queryAll(cluster.embedded() ? ALL : OWN)) {
                    found.add(new Session(line.startsWith(IDLE), line.substring(IDLE.length())));
                }
                sessions.put(node, List.copyOf(found));
            }
        }
        return new SessionCensus(sessions);
    }

    int count(PostgresNode node) {
        return sessions.getOrDefault(node, List.of()).size();
    }
}
