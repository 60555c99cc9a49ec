package dev.evenkeel.migrations.session;

import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.history.History;
import dev.evenkeel.migrations.history.HistoryRow;
import dev.evenkeel.migrations.history.HistoryTable;
import dev.evenkeel.migrations.script.Version;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * One connection to the primary, for one migration or rollback. Everything blocks, and belongs to the migration's thread;
 * only {@link #cancel} and {@link #abort} may be called from elsewhere. The lock between instances lives as long as this
 * connection, so a process that dies leaves nothing to clean up.
 */
public final class MigrationSession implements AutoCloseable {

    private static final String SETTINGS = "set time zone 'UTC'; set statement_timeout = 0; set lock_timeout = 0";

    private final Connection connection;
    private final int pid;
    private final HistoryTable table;
    private final MigrationConfig config;

    private MigrationSession(Connection connection, int pid, HistoryTable table, MigrationConfig config) {
        this.connection = connection;
        this.pid = pid;
        this.table = table;
        this.config = config;
    }

    static MigrationSession open(javax.sql.DataSource source, MigrationConfig config) throws SQLException {
        Connection connection = source.getConnection();
        try {
            try (Statement statement = connection.createStatement()) {
                statement.execute(SETTINGS);
            }
            int pid = connection.unwrap(PGConnection.class).getBackendPID();
            String schema = first(connection, HistoryTable.lookup(config));
            return new MigrationSession(connection, pid, new HistoryTable(schema, config.table()), config);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static String first(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** From now on an answer that does not come in this time means that the connection is lost. */
    public void expectAnswersWithin(Duration bound) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, (int) bound.toMillis());
    }

    /** Its process on the server. */
    public int pid() {
        return pid;
    }

    public HistoryTable table() {
        return table;
    }

    /** For Flyway, and for whoever needs more than the methods here. */
    public Connection connection() {
        return connection;
    }

    public void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** With parameters, which are written {@code ?}. */
    public void update(String sql, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }

    /** Makes something of a row. */
    @FunctionalInterface
    public interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    public <T> List<T> query(String sql, RowReader<T> reader) throws SQLException {
        List<T> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                found.add(reader.read(rows));
            }
        }
        return found;
    }

    /** Work whose errors are those of the driver. */
    @FunctionalInterface
    public interface Work {
        void run() throws SQLException;
    }

    /** Commits what the work did, or rolls it back. */
    public void inTransaction(Work work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            work.run();
            connection.commit();
        } catch (SQLException | RuntimeException e) {
            rollback(e);
            throw e;
        } finally {
            if (!connection.isClosed()) {
                connection.setAutoCommit(true);
            }
        }
    }

    private void rollback(Exception reason) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    /** What the history says now. */
    public History history() throws SQLException {
        if (!lookup(2)) {
            return History.EMPTY;
        }
        Version hold = lookup(3)
                ? query(table.holds(), row -> Version.of(row.getString(1))).stream()
                        .min(Comparator.naturalOrder())
                        .orElse(null)
                : null;
        return new History(rows(table), hold);
    }

    /** What the history of the contract scripts says now. */
    public History contracts() throws SQLException {
        return lookup(5) ? new History(rows(table.contracts()), null) : History.EMPTY;
    }

    private boolean lookup(int column) throws SQLException {
        return query(HistoryTable.lookup(config), row -> row.getBoolean(column)).get(0);
    }

    private List<HistoryRow> rows(HistoryTable from) throws SQLException {
        return query(from.rows(), row -> HistoryRow.of(column -> text(row, column + 1)));
    }

    private static @Nullable String text(ResultSet row, int column) {
        try {
            return row.getString(column);
        } catch (SQLException e) {
            throw new IllegalStateException("column %d of the history cannot be read".formatted(column), e);
        }
    }

    /** Asks the server to cancel what runs. Thread-safe; blocks for a connection to the server. */
    void cancel() throws SQLException {
        connection.unwrap(PGConnection.class).cancelQuery();
    }

    /** Closes the socket without a word, so that whoever waits for an answer gets an error. Thread-safe. */
    void abort() throws SQLException {
        connection.abort(Runnable::run);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
