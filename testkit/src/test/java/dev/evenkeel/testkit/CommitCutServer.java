package dev.evenkeel.testkit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** How the cuts reach the server behind the proxy, and around it. */
record CommitCutServer(String host, int port, String user, String database) {

    static CommitCutServer of(PostgresCluster cluster) {
        PostgresNode node = cluster.primary();
        return new CommitCutServer(node.host(), node.port(), "postgres", "postgres");
    }

    Connection connect(String parameters) throws SQLException {
        return connect(host, port, parameters);
    }

    Connection connectThrough(FaultProxy proxy, String parameters) throws SQLException {
        return connect(proxy.host(), proxy.port(), parameters);
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = connect("");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row, or an empty text if there is no row. */
    String queryOne(String sql) {
        try (Connection connection = connect("");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "";
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private Connection connect(String host, int port, String parameters) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + host + ":" + port + "/" + database + "?user=" + user + parameters);
    }
}
