package dev.evenkeel.testkit;

import java.util.List;

/**
 * One server of a {@link PostgresCluster}: where it listens, and SQL as its superuser. It keeps name and port through
 * restarts and changes of role. Immutable and thread-safe; equal only to itself.
 */
public final class PostgresNode {

    static final String LOOPBACK = "127.0.0.1";

    private final String name;
    private final ServerAddress address;
    private final AdminSql sql;

    /** {@code address} is for the users of the server, {@code sql} for the test kit. */
    PostgresNode(String name, ServerAddress address, AdminSql sql) {
        this.name = name;
        this.address = address;
        this.sql = sql;
    }

    /** {@code node1} for the first primary, then {@code node2}...; also its name in {@code pg_stat_replication}. */
    public String name() {
        return name;
    }

    public String host() {
        return address.host();
    }

    public int port() {
        return address.port();
    }

    /** Asks the server. */
    public NodeRole role() {
        try {
            return queryOne("select pg_is_in_recovery()").equals("t") ? NodeRole.REPLICA : NodeRole.PRIMARY;
        } catch (SqlFailedException e) {
            return NodeRole.UNREACHABLE;
        }
    }

    /**
     * Runs {@code statements} (several are one transaction) on a fresh connection to the cluster's database.
     *
     * @throws SqlFailedException if the server says so, refuses, or gives no answer within 30 s
     */
    public void execute(String statements) {
        sql.execute(statements);
    }

    /**
     * The first column of the only row, as text.
     *
     * @throws SqlFailedException as {@link #execute}
     * @throws IllegalStateException if there is no row, more than one, or SQL null in it
     */
    public String queryOne(String query) {
        List<String> values = sql.firstColumn(query);
        if (values.size() != 1) {
            throw new IllegalStateException(
                    "Expected one row with a value on " + this + " but got " + values.size() + " from: " + query);
        }
        return values.get(0);
    }

    /**
     * The first column of every row, as text; SQL nulls are left out.
     *
     * @throws SqlFailedException as {@link #execute}
     */
    public List<String> queryAll(String query) {
        return sql.firstColumn(query);
    }

    ServerAddress address() {
        return address;
    }

    AdminSql sql() {
        return sql;
    }

    @Override
    public String toString() {
        return name + " (" + host() + ":" + port() + ")";
    }
}
