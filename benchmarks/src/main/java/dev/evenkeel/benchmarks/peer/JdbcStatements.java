package dev.evenkeel.benchmarks.peer;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Consumer;

/** The statements of {@link Data} in JDBC; the driver sends their placeholders as {@code $1, $2, ...} again. */
final class JdbcStatements {

    static final int FETCH_SIZE = 1_000;

    private static final String POINT_SELECT = jdbc(Data.POINT_SELECT);
    private static final String DEPOSIT = jdbc(Data.DEPOSIT);
    private static final String BALANCE = jdbc(Data.BALANCE);
    private static final String ITEMS = jdbc(Data.ITEMS);
    private static final String PAGE = jdbc(Data.PAGE);
    private static final String INSERT = jdbc(Data.INSERT);
    private static final String INSERT_ARRAYS = jdbc(Data.INSERT_ARRAYS);

    private JdbcStatements() {}

    private static String jdbc(String sql) {
        return sql.replaceAll("\\$\\d", "?");
    }

    static Account pointSelect(Connection connection, int id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(POINT_SELECT)) {
            statement.setInt(1, id);
            try (ResultSet row = first(statement)) {
                return new Account(row.getInt(1), row.getString(2), row.getLong(3));
            }
        }
    }

    static long deposit(Connection connection, int id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DEPOSIT)) {
            statement.setInt(1, id);
            return statement.executeUpdate();
        }
    }

    static long balance(Connection connection, int id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BALANCE)) {
            statement.setInt(1, id);
            try (ResultSet row = first(statement)) {
                return row.getLong(1);
            }
        }
    }

    private static ResultSet first(PreparedStatement statement) throws SQLException {
        ResultSet rows = statement.executeQuery();
        rows.next();
        return rows;
    }

    static long rows(Connection connection, int count, Consumer<? super Item> taker) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(count > Data.LARGEST_PAGE ? ITEMS : PAGE)) {
            statement.setFetchSize(FETCH_SIZE);
            statement.setInt(1, count);
            long seen = 0;
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    taker.accept(new Item(row.getInt(1), row.getString(2), row.getLong(3)));
                    seen++;
                }
            }
            return seen;
        }
    }

    static long insert(Connection connection, List<Item> rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            for (Item row : rows) {
                statement.setInt(1, row.id());
                statement.setString(2, row.name());
                statement.setLong(3, row.price());
                statement.addBatch();
            }
            long inserted = 0;
            for (int one : statement.executeBatch()) {
                // The driver puts many into one statement, and then does not know how many of these each one is.
                inserted += one == Statement.SUCCESS_NO_INFO ? 1 : one;
            }
            return inserted;
        }
    }

    static long insertArrays(Connection connection, Columns rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT_ARRAYS)) {
            statement.setArray(1, connection.createArrayOf("int4", rows.ids()));
            statement.setArray(2, connection.createArrayOf("text", rows.names()));
            statement.setArray(3, connection.createArrayOf("int8", rows.prices()));
            return statement.executeUpdate();
        }
    }
}
