package dev.evenkeel.migrations.history;

import dev.evenkeel.migrations.MigrationConfig;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The statements that read and write Flyway's table and those beside it. The latter are made when they are first needed, and
 * nobody but us needs them:
 *
 * <ul>
 * <li>{@code evenkeel_rollback}: one row for each rollback, for the audit; the oldest version of those that are not released
 *     is on hold;
 * <li>{@code evenkeel_schema}: how the schema looked after each script, see {@code Snapshots};
 * <li>{@code evenkeel_contract_history}: Flyway's history of the contract scripts;
 * <li>{@code evenkeel_instance}: the instances that have joined.
 * </ul>
 */
public final class HistoryTable {

    /** The history of the contract scripts. */
    public static final String CONTRACTS = "evenkeel_contract_history";

    /**
     * What a {@code create table if not exists} may fail with when another session makes the same table at that moment: it
     * meets the other's entry in an index of the catalog, its table, or its row type, which are made one after the other.
     */
    public static final Set<String> MADE_BY_ANOTHER = Set.of("23505", "42P07", "42710");

    private final String schema;
    private final String name;

    /** {@code schema} is the one in which the history is, or will be. */
    public HistoryTable(String schema, String name) {
        this.schema = schema;
        this.name = name;
    }

    /**
     * Asks in which schema the history is, and which of our tables are there: one row with the schema's name and four times
     * {@code true} or {@code false}, for the history, the rollbacks, the snapshots and the contract scripts.
     */
    public static String lookup(MigrationConfig config) {
        String schema = config.schema() == null ? "current_schema()::text" : literal(config.schema());
        return "select s, to_regclass(format('%I.%I', s, " + literal(config.table()) + ")) is not null,"
                + " to_regclass(format('%I.evenkeel_rollback', s)) is not null,"
                + " to_regclass(format('%I.evenkeel_schema', s)) is not null,"
                + " to_regclass(format('%I." + CONTRACTS + "', s)) is not null"
                + " from (select coalesce(" + schema + ", 'public') as s) as found";
    }

    /** The history of the contract scripts, in the same schema. */
    public HistoryTable contracts() {
        return new HistoryTable(schema, CONTRACTS);
    }

    public String schema() {
        return schema;
    }

    public String name() {
        return name;
    }

    /** As Flyway writes it, quotes included: the lock is made of this text. */
    public String quoted() {
        return quoted(name);
    }

    public String quoted(String table) {
        return identifier(schema) + "." + identifier(table);
    }

    /** All rows, as {@link HistoryRow#of} reads them. */
    public String rows() {
        return "select " + HistoryRow.COLUMNS + " from " + quoted() + " as h order by h.installed_rank";
    }

    /** The versions on hold, one column. */
    public String holds() {
        return "select version from " + quoted("evenkeel_rollback") + " where released_at is null";
    }

    public String createRollbacks() {
        return "create table if not exists " + quoted("evenkeel_rollback")
                + " (id bigint generated always as identity primary key, version text not null, undone text not null,"
                + " at timestamptz not null default now(), by_role text not null default current_user,"
                + " by_application text not null default current_setting('application_name'), released_at timestamptz)";
    }

    /** With two parameters: the oldest version, and all of them in words. */
    public String addRollback() {
        return "insert into " + quoted("evenkeel_rollback") + " (version, undone) values (?, ?)";
    }

    public String release() {
        return "update " + quoted("evenkeel_rollback") + " set released_at = now() where released_at is null";
    }

    /**
     * Takes a version out of force, as Flyway's {@code repair} does. With parameters: version, description, script, checksum,
     * execution time in milliseconds.
     */
    public String addDelete() {
        return "insert into " + quoted()
                + " (installed_rank, version, description, type, script, checksum, installed_by,"
                + " execution_time, success) select max(installed_rank) + 1, ?, ?, 'DELETE', ?, ?, current_user, ?, true"
                + " from " + quoted();
    }

    /** Takes the row of a script that failed, and of which nothing is there, out again; with its name as a parameter. */
    public String forgetFailed() {
        return "delete from " + quoted() + " where script = ? and not success";
    }

    public static String identifier(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    public static String literal(@Nullable String text) {
        return text == null ? "null" : "'" + text.replace("'", "''") + "'";
    }
}
