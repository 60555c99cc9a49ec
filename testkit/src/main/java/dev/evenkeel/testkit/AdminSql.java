package dev.evenkeel.testkit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** The test kit's own way to a server: a fresh connection per call, each step bounded in time. */
record AdminSql(ServerAddress address) {

    /** The superuser of embedded servers; trusted, since replication and the test kit go through it. */
    static final String USER = "postgres";

    /** Tells sessions of the test kit from those under test. */
    static final String APPLICATION = "evenkeel-testkit";

    static final Duration CONNECT_DEADLINE = Duration.ofSeconds(15);
    static final Duration ANSWER_DEADLINE = Duration.ofSeconds(30);

    @FunctionalInterface
    interface Work<T> {
        T apply(Connection connection) throws Exception;
    }

    Connection connect(Duration answerDeadline) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", address.user());
        String password = address.password();
        if (password != null) {
            properties.setProperty("password", password);
        }
        properties.setProperty("ApplicationName", APPLICATION);
        properties.setProperty("connectTimeout", seconds(CONNECT_DEADLINE));
        properties.setProperty("loginTimeout", seconds(CONNECT_DEADLINE));
        properties.setProperty("socketTimeout", seconds(answerDeadline));
        return DriverManager.getConnection("jdbc:postgresql://" + address, properties);
    }

    void execute(String sql) {
        try (Connection connection = connect(ANSWER_DEADLINE);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw failed(sql, e);
        }
    }

    /** The first column of every row; SQL nulls are left out. */
    List<String> firstColumn(String sql) {
        try (Connection connection = connect(ANSWER_DEADLINE);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                String value = rows.getString(1);
                if (value != null) {
                    values.add(value);
                }
            }
            return values;
        } catch (SQLException e) {
            throw failed(sql, e);
        }
    }

    private SqlFailedException failed(String sql, SQLException cause) {
        return new SqlFailedException("On " + address + ", " + sql, cause);
    }

    private static String seconds(Duration duration) {
        return String.valueOf(duration.toSeconds());
    }
}
