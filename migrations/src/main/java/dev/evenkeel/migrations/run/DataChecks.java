package dev.evenkeel.migrations.run;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.MigrationEvent.CheckPassed;
import dev.evenkeel.migrations.script.CheckFile;
import dev.evenkeel.migrations.script.CheckFile.Moment;
import dev.evenkeel.migrations.script.Script;
import dev.evenkeel.migrations.script.Scripts;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.session.MigrationSession;
import dev.evenkeel.migrations.session.Progress;
import dev.evenkeel.sql.SqlStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Asks the data of the live database before and after a migration. A check passes when none of its queries finds a row. */
final class DataChecks {

    /** More are not counted: it may be a large table. */
    private static final int MOST_ROWS = 1000;

    private final List<CheckFile> files;
    private final Map<String, Version> versions = new HashMap<>();

    /** No checks. */
    static final DataChecks NONE = new DataChecks(List.of(), List.of());

    private DataChecks(List<CheckFile> files, List<Script> scripts) {
        this.files = List.copyOf(files);
        scripts.forEach(script -> versions.put(script.file().path(), Objects.requireNonNull(script.version())));
    }

    static DataChecks of(List<CheckFile> files, Scripts scripts) {
        return new DataChecks(files, scripts.versioned());
    }

    /** In the transaction that is open, or in one of its own; throws what was found. */
    void ask(String script, Moment moment, boolean transactional, MigrationSession session, Progress progress)
            throws SQLException {
        for (CheckFile file : files) {
            if (file.moment() == moment && file.version().equals(versions.get(script))) {
                long begun = System.nanoTime();
                int number = 0;
                for (SqlStatement query : file.queries()) {
                    number++;
                    progress.checkCancelled();
                    long rows = transactional ? readOnly(query, session) : alone(query, session);
                    if (rows > 0) {
                        throw failed(script, file, number, query, rows, transactional);
                    }
                }
                progress.tell(new CheckPassed(script, file.path(), Duration.ofNanos(System.nanoTime() - begun)));
            }
        }
    }

    /** What is set behind a savepoint is forgotten with it: the migration itself must be able to write. */
    private static long readOnly(SqlStatement query, MigrationSession session) throws SQLException {
        session.execute("savepoint evenkeel_check; set local transaction_read_only = on");
        long rows = count(query, session);
        session.execute("rollback to savepoint evenkeel_check; release savepoint evenkeel_check");
        return rows;
    }

    private static long alone(SqlStatement query, MigrationSession session) throws SQLException {
        long[] rows = new long[1];
        session.inTransaction(() -> {
            session.execute("set transaction read only");
            rows[0] = count(query, session);
        });
        return rows[0];
    }

    private static long count(SqlStatement query, MigrationSession session) throws SQLException {
        return session.query(
                        "select count(*) from (select 1 from (%s\n) as found limit %d) as counted"
                                .formatted(query.text(), MOST_ROWS + 1),
                        row -> row.getLong(1))
                .get(0);
    }

    private static MigrationException failed(
            String script, CheckFile file, int number, SqlStatement query, long rows, boolean transactional) {
        boolean pre = file.moment() == Moment.PRE;
        String left = pre
                ? "it was not run"
                : transactional ? "nothing of it was applied" : "it does not run in a transaction, so it stays";
        return new MigrationException(Failure.of(
                        file.moment() + "_CHECK_FAILED",
                        ErrorType.SCHEMA,
                        "The data is not as %s wants it %s: query %d of %s (%s) finds %s; %s"
                                .formatted(
                                        script,
                                        pre ? "before it" : "to be after it",
                                        number,
                                        file.path(),
                                        query.outline(),
                                        rows > MOST_ROWS
                                                ? "more than %d rows".formatted(MOST_ROWS)
                                                : "%d rows".formatted(rows),
                                        left),
                        "run the query to see them, and correct the data",
                        pre ? "or the check, if they are as they should be" : "or the migration")
                .with(Map.of("script", script, "check", file.path(), "query", String.valueOf(number))));
    }
}
