package dev.evenkeel.migrations.schema;

import dev.evenkeel.migrations.history.HistoryTable;
import dev.evenkeel.migrations.session.MigrationSession;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the schema looked after each script, in a table beside the history. Written in the script's own transaction, so a
 * snapshot is there exactly if its script is applied. Blocks.
 */
public final class Snapshots {

    private static final String TABLE = "evenkeel_schema";

    private final MigrationSession session;
    private final HistoryTable table;

    public Snapshots(MigrationSession session) {
        this.session = session;
        this.table = session.table();
    }

    /** The statement that reads what was left by the last migration: columns for the script, whether the server is the same, and the items. */
    static String newest(HistoryTable table) {
        return "select script, server = " + SERVER + ", items from " + table.quoted(TABLE)
                + " order by id desc limit 1";
    }

    /** The major version of the server as a number, in which fingerprints can be compared. */
    static final String SERVER = "current_setting('server_version_num')::int / 10000";

    /** The schema as it is now, in this transaction. */
    public Fingerprint now() throws SQLException {
        String path = session.query("select current_setting('search_path')", row -> row.getString(1))
                .get(0);
        setPath(Catalog.SEARCH_PATH);
        try {
            return new Fingerprint(session.query(
                    Catalog.query(table),
                    row -> new SchemaItem(row.getString(1), row.getString(2), row.getString(3), row.getString(4))));
        } finally {
            setPath(path);
        }
    }

    private void setPath(String path) throws SQLException {
        session.execute("select set_config('search_path', " + HistoryTable.literal(path) + ", false)");
    }

    /** Whether there are any. */
    public boolean exist() throws SQLException {
        return session.query(
                        "select to_regclass(" + HistoryTable.literal(table.quoted(TABLE)) + ") is not null",
                        row -> row.getBoolean(1))
                .get(0);
    }

    /** Makes the table if it is not there. */
    public void prepare() throws SQLException {
        session.execute("create table if not exists " + table.quoted(TABLE)
                + " (id bigint generated always as identity primary key, script text not null, server int not null,"
                + " hash text not null, items text not null, at timestamptz not null default now())");
    }

    /** Remembers that the schema looks like this after this script; {@code null} for before the first one. */
    public void save(@Nullable String script, Fingerprint fingerprint) throws SQLException {
        session.update(
                "insert into " + table.quoted(TABLE) + " (script, server, hash, items) values (?, " + SERVER
                        + ", ?, ?)",
                name(script),
                fingerprint.hash(),
                fingerprint.asText());
    }

    /** How it looked after this script, the last time that it was applied, on a server of this version. */
    public Optional<Fingerprint> after(@Nullable String script) throws SQLException {
        List<Fingerprint> found = session.query(
                "select items from " + table.quoted(TABLE) + " where script = " + HistoryTable.literal(name(script))
                        + " and server = " + SERVER + " order by id desc limit 1",
                row -> Fingerprint.parse(row.getString(1)));
        return found.stream().findFirst();
    }

    private static String name(@Nullable String script) {
        return script == null ? "" : script;
    }
}
