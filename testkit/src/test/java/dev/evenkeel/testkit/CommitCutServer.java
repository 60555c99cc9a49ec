package dev.evenkeel.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The PostgreSQL server to test with, named by {@code -Devenkeel.test.url=postgresql://user@host:port/database}. */
record CommitCutServer(String host, int port, String user, String database) {

    static CommitCutServer find() {
        String url = System.getProperty("evenkeel.test.url");
        assumeTrue(url != null, "no server given by evenkeel.test.url");
        URI uri = URI.create(url.replaceFirst("^r2dbc:", ""));
        String user = uri.getUserInfo().split(":", 2)[0];
        return new CommitCutServer(
                uri.getHost(), uri.getPort(), user, uri.getPath().substring(1));
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
