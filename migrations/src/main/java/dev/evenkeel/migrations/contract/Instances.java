package dev.evenkeel.migrations.contract;

import dev.evenkeel.migrations.Membership;
import dev.evenkeel.migrations.history.HistoryTable;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.session.MigrationSession;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;

/**
 * The table of the instances that have joined. A row says what an instance needs; that it is alive says an advisory lock of its
 * session, which goes with the session however that ends. The lock is shared: a former session that the server still takes for
 * alive must not keep its instance from coming back. Blocks.
 */
final class Instances {

    private static final String HELD = "exists (select from pg_locks l where l.locktype = 'advisory' and l.granted"
            + " and l.database = (select oid from pg_database where datname = current_database()) and l.objsubid = 1"
            + " and l.classid::bigint = (%1$s >> 32) & 4294967295 and l.objid::bigint = %1$s & 4294967295)";

    private final MigrationSession session;
    private final String table;

    Instances(MigrationSession session) {
        this.session = session;
        this.table = session.table().quoted("evenkeel_instance");
    }

    /** An instance, and whether it has its lock. */
    record Seen(Membership instance, boolean alive) {}

    /** Asks any session of the same database, in one column, whether this instance has its lock. */
    static String isAlive(UUID id) {
        return "select " + HELD.formatted("(" + key(id) + ")::bigint");
    }

    private static long key(UUID id) {
        return id.getMostSignificantBits() ^ id.getLeastSignificantBits();
    }

    boolean exist() throws SQLException {
        return session.query(
                        "select to_regclass(" + HistoryTable.literal(table) + ") is not null", row -> row.getBoolean(1))
                .get(0);
    }

    void prepare() throws SQLException {
        if (exist()) {
            return;
        }
        try {
            session.execute("create table if not exists " + table
                    + " (id uuid primary key, lock bigint not null, version text not null, application text not null,"
                    + " since timestamptz not null, pid int not null)");
        } catch (SQLException e) {
            if (!HistoryTable.MADE_BY_ANOTHER.contains(String.valueOf(e.getSQLState()))) {
                throw e;
            }
        }
    }

    /** First the lock, so that nobody takes the row for that of an instance that is gone. */
    Membership enter(UUID id, Version version, String application) throws SQLException {
        session.execute("select pg_advisory_lock_shared(" + key(id) + ")");
        return session.query(
                        "insert into " + table + " values ('" + id + "', " + key(id) + ", '" + version + "', "
                                + HistoryTable.literal(application) + ", clock_timestamp(), pg_backend_pid())"
                                + " on conflict (id) do update set since = excluded.since, pid = excluded.pid"
                                + " returning id, version, application, since",
                        Instances::instance)
                .get(0);
    }

    /** Unless another session has joined for the same instance meanwhile. */
    void leave(UUID id) throws SQLException {
        session.execute("delete from " + table + " where id = '" + id + "' and pid = pg_backend_pid()");
    }

    /** Those that need a version before this one. */
    List<Seen> olderThan(Version version) throws SQLException {
        if (!exist()) {
            return List.of();
        }
        String all = "select id, version, application, since, " + HELD.formatted("i.lock") + " from " + table
                + " as i order by since";
        return session.query(all, row -> new Seen(instance(row), row.getBoolean(5))).stream()
                .filter(seen -> Version.of(seen.instance().version()).compareTo(version) < 0)
                .toList();
    }

    /** Unless it has come back. */
    void forget(Membership gone) throws SQLException {
        session.execute(
                "delete from " + table + " as i where id = '" + gone.id() + "' and not " + HELD.formatted("i.lock"));
    }

    private static Membership instance(ResultSet row) throws SQLException {
        return new Membership(
                UUID.fromString(row.getString(1)),
                row.getString(2),
                row.getString(3),
                row.getObject(4, OffsetDateTime.class).toInstant());
    }
}
