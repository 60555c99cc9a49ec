package dev.evenkeel.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Who follows whom, and how that is changed. Not thread-safe: the cluster guards it. */
final class Replication {

    private static final Duration CHANGE_DEADLINE = Duration.ofSeconds(20);
    private static final int FIRST_WITH_BACKUP_START = 15;

    private final EmbeddedServers servers;
    private final Set<PostgresNode> standbys = new LinkedHashSet<>();
    private PostgresNode primary;

    Replication(EmbeddedServers servers) {
        this.servers = servers;
        this.primary = servers.nodes().get(0);
        standbys.addAll(servers.nodes());
        standbys.remove(primary);
    }

    PostgresNode primary() {
        return primary;
    }

    List<PostgresNode> standbys() {
        return servers.nodes().stream().filter(standbys::contains).toList();
    }

    void promote(PostgresNode node) {
        requireStandby(node);
        if (!node.queryOne("select pg_promote(true, " + CHANGE_DEADLINE.toSeconds() + ")")
                .equals("t")) {
            throw new IllegalStateException(node + " did not promote within " + CHANGE_DEADLINE + "\n"
                    + servers.of(node).logTail());
        }
        standbys.remove(node);
        primary = node;
        for (PostgresNode standby : standbys()) {
            if (servers.of(standby).answering()) {
                follow(standby);
            }
        }
    }

    /** Points a running standby at the current primary. */
    void follow(PostgresNode standby) {
        standby.sql().execute("alter system set primary_conninfo = '" + connectionInfo(standby, primary) + "'");
        standby.sql().execute("select pg_reload_conf()");
    }

    void followOnNextStart(PostgresNode standby) {
        followOnStart(servers.of(standby), standby, primary);
    }

    static void followOnStart(ServerProcess server, PostgresNode standby, PostgresNode primary) {
        try {
            server.data().followOnStart(connectionInfo(standby, primary));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot configure " + standby, e);
        }
    }

    /** A stopped former primary comes back as a standby with the data it has. */
    void rejoin(PostgresNode node) {
        requireNotPrimary(node);
        followOnNextStart(node);
        servers.of(node).start();
        awaitStreaming(Set.of(node), CHANGE_DEADLINE);
        standbys.add(node);
    }

    /** Any node but the primary comes back as a standby with a fresh copy of the primary's data. */
    void reclone(PostgresNode node) {
        requireNotPrimary(node);
        ServerProcess server = servers.of(node);
        server.kill();
        copyFromPrimary(server.data());
        followOnNextStart(node);
        server.start();
        awaitStreaming(Set.of(node), CHANGE_DEADLINE);
        standbys.add(node);
    }

    private void copyFromPrimary(DataDirectory target) {
        int version = Integer.parseInt(primary.queryOne("show server_version_num")) / 10_000;
        boolean modern = version >= FIRST_WITH_BACKUP_START;
        String begin =
                modern ? "select pg_backup_start('clone', true)" : "select pg_start_backup('clone', true, false)";
        String end = modern
                ? "select labelfile from pg_backup_stop(wait_for_archive => false)"
                : "select labelfile from pg_stop_backup(false, false)";
        // Both calls have to come from one session: its end would end the backup.
        try (Connection session = primary.sql().connect(AdminSql.ANSWER_DEADLINE);
                Statement statement = session.createStatement()) {
            statement.execute(begin);
            target.fillFromRunning(servers.of(primary).data());
            try (ResultSet rows = statement.executeQuery(end)) {
                rows.next();
                target.backupLabel(rows.getString(1));
            }
        } catch (SQLException | IOException e) {
            throw new IllegalStateException("Cannot copy " + primary, e);
        }
    }

    void awaitStreaming(Duration deadline) {
        awaitStreaming(answeringStandbys(), deadline);
    }

    private void awaitStreaming(Set<PostgresNode> wanted, Duration deadline) {
        if (wanted.isEmpty()) {
            return;
        }
        Set<String> names = wanted.stream().map(PostgresNode::name).collect(Collectors.toSet());
        // On its way to a new timeline a standby streams the end of the old one first, which must not count.
        String query =
                "select application_name from pg_stat_replication" + " where state = 'streaming' and sent_lsn >= '"
                        + primary.queryOne("select pg_current_wal_lsn()") + "'";
        Await.until(
                "streaming from " + primary + " to " + wanted,
                deadline,
                () -> logs(wanted),
                () -> Set.copyOf(primary.queryAll(query)).containsAll(names));
    }

    void awaitReplayed(Duration deadline) {
        String position = primary.queryOne("select pg_current_wal_lsn()");
        Set<PostgresNode> wanted = answeringStandbys();
        for (PostgresNode standby : wanted) {
            Await.until(
                    "replay of " + position + " by " + standby,
                    deadline,
                    () -> logs(Set.of(standby)),
                    () -> standby.queryOne("select pg_last_wal_replay_lsn() >= '" + position + "'")
                            .equals("t"));
        }
    }

    void pauseReplay(PostgresNode node) {
        requireStandby(node);
        node.execute("select pg_wal_replay_pause()");
        Await.until(
                "pause of replay on " + node,
                CHANGE_DEADLINE,
                () -> logs(Set.of(node)),
                () -> node.queryOne("select pg_get_wal_replay_pause_state()").equals("paused"));
    }

    void resumeReplay(PostgresNode node) {
        requireStandby(node);
        node.execute("select pg_wal_replay_resume()");
    }

    boolean isStandby(PostgresNode node) {
        return standbys.contains(node);
    }

    private Set<PostgresNode> answeringStandbys() {
        return standbys().stream()
                .filter(node -> servers.of(node).answering())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private String logs(Set<PostgresNode> followers) {
        StringBuilder all = new StringBuilder(servers.of(primary).logTail());
        followers.forEach(node -> all.append('\n').append(servers.of(node).logTail()));
        return all.toString();
    }

    private void requireStandby(PostgresNode node) {
        if (!isStandby(node)) {
            throw new IllegalArgumentException(node + " is no replica: the replicas are " + standbys());
        }
    }

    private void requireNotPrimary(PostgresNode node) {
        if (node == primary) {
            throw new IllegalArgumentException(node + " is the primary: promote one of " + standbys() + " first");
        }
    }

    private static String connectionInfo(PostgresNode standby, PostgresNode primary) {
        return "host=" + primary.host() + " port=" + primary.port() + " user=" + AdminSql.USER + " application_name="
                + standby.name() + " connect_timeout=2 sslmode=disable";
    }
}
