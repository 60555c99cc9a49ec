package dev.evenkeel.migrations.undo;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.history.HistoryTable;
import dev.evenkeel.migrations.schema.Fingerprint;
import dev.evenkeel.migrations.schema.Snapshots;
import dev.evenkeel.migrations.session.MigrationSession;
import dev.evenkeel.migrations.session.Progress;
import dev.evenkeel.sql.SqlStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Brings a schema back to how it looked before a version, without an undo script.
 *
 * <h2>How this works</h2>
 *
 * <p>The fingerprints before and after the version say what it changed. For each change there is a statement that may take it
 * back. These run, each behind a savepoint, in the transaction of the rollback; then the fingerprint is taken again, and what
 * still differs is tried again, because one thing may have stood in the way of another. When the fingerprint is that of before,
 * the undo is proven, and only then is it kept. When a round changes nothing, everything is rolled back and refused with the
 * list of what is left. Nothing is ever dropped by {@code cascade}.
 *
 * <p>Rows are no part of a fingerprint. So a version that changed rows is refused beforehand; a table, column or sequence that
 * is gone cannot come back, and one of the same name that was made anew is told from the old one by its identity; and a column
 * gets its old type only if no value changes on the way there and back.
 */
final class Reverting {

    private static final int MOST_ROUNDS = 12;

    private final MigrationSession session;
    private final Snapshots snapshots;
    private final Progress progress;
    private final Names names;
    private final List<String> done = new ArrayList<>();

    Reverting(MigrationSession session, Snapshots snapshots, Progress progress) {
        this.session = session;
        this.snapshots = snapshots;
        this.progress = progress;
        this.names = new Names(HistoryTable.identifier(session.table().schema()));
    }

    /** Does it in the transaction that is open, and returns the statements that did. */
    List<String> run(DerivedUndo undo) throws SQLException {
        Fingerprint now = snapshots.now();
        refuse(
                undo,
                labels(undo.after(), now),
                "the schema is not as %s left it: ".formatted(undo.version()),
                "validateSchema() says what was changed by another way");
        refuse(undo, Reversals.replaced(undo.before(), now), "was made anew, and what was in it is gone: ");
        session.execute("set local check_function_bodies = off");
        for (int round = 0; round < MOST_ROUNDS && !labels(undo.before(), now).isEmpty(); round++) {
            boolean any = false;
            for (Reversal reversal : Reversals.of(undo.before(), now, names)) {
                any |= attempt(reversal);
            }
            if (!any) {
                break;
            }
            now = snapshots.now();
        }
        refuse(undo, labels(undo.before(), now), "cannot be brought back: ");
        refuse(undo, Reversals.replaced(undo.before(), now), "would be made anew, without what is in it: ");
        return List.copyOf(done);
    }

    private static List<String> labels(Fingerprint wanted, Fingerprint now) {
        return wanted.differencesTo(now).stream()
                .map(difference -> difference.toString().replace(" was ", " is "))
                .toList();
    }

    private void refuse(DerivedUndo undo, List<String> what, String why, String... more) {
        if (what.isEmpty()) {
            return;
        }
        List<String> remedies = new ArrayList<>(List.of(more));
        remedies.add("write U%s__<name>.sql into migrations.undoLocations".formatted(undo.version()));
        throw new MigrationException(Failure.of(
                        "UNDO_NOT_PROVEN",
                        ErrorType.SCHEMA,
                        "Version %s has no undo script, and none can be derived: %s%s; nothing was undone"
                                .formatted(
                                        undo.version(),
                                        why,
                                        what.stream().limit(10).collect(Collectors.joining(", "))
                                                + (what.size() > 10 ? " and %d more".formatted(what.size() - 10) : "")))
                .suggesting(remedies));
    }

    private boolean attempt(Reversal reversal) throws SQLException {
        for (String sql : reversal.ways()) {
            session.execute("savepoint evenkeel_step");
            try {
                if (reversal.losses() != null
                        && !session.query(reversal.losses(), row -> row.getInt(1))
                                .isEmpty()) {
                    return false;
                }
                progress.statementStarted(SqlStatement.split(sql).get(0).outline());
                session.execute(sql);
                done.add(sql);
                return true;
            } catch (SQLException e) {
                if (e.getSQLState() == null || isNotAboutTheStatement(e.getSQLState())) {
                    throw e;
                }
                session.execute("rollback to savepoint evenkeel_step");
            } finally {
                progress.statementEnded();
            }
        }
        return false;
    }

    /** A lock that was not free is waited for by whoever runs the whole rollback; a cancel and a lost server end it. */
    private static boolean isNotAboutTheStatement(String sqlState) {
        return sqlState.startsWith("55P03") || sqlState.startsWith("57") || sqlState.startsWith("08");
    }
}
