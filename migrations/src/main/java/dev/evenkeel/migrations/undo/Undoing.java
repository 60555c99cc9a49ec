package dev.evenkeel.migrations.undo;

import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.MigrationEvent.MigrationUndone;
import dev.evenkeel.migrations.MigrationEvent.SchemaChanged;
import dev.evenkeel.migrations.MigrationEvent.UndoDerived;
import dev.evenkeel.migrations.MigrationEvent.UndoStarted;
import dev.evenkeel.migrations.SchemaDifference;
import dev.evenkeel.migrations.contract.Contracted;
import dev.evenkeel.migrations.history.HistoryTable;
import dev.evenkeel.migrations.schema.Fingerprint;
import dev.evenkeel.migrations.schema.Snapshots;
import dev.evenkeel.migrations.script.ScriptFile;
import dev.evenkeel.migrations.script.Scripts;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.session.LockPatience;
import dev.evenkeel.migrations.session.MigrationSession;
import dev.evenkeel.migrations.session.Progress;
import dev.evenkeel.migrations.session.SessionRunner.SessionWork;
import dev.evenkeel.migrations.undo.UndoPlan.Step;
import dev.evenkeel.sql.SqlStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Undoes versions: by their scripts, or by what can be derived from the catalog where there is none.
 *
 * <h2>How this works</h2>
 *
 * <p>Flyway's open-source edition knows no undo, but it knows rows of the type {@code DELETE}, by which its {@code repair} takes a
 * missing migration out of force: a version with such a row behind its own is pending again, for every Flyway client. So a
 * version is undone by running its script and adding that row, in one transaction. Ours can be told from that of
 * {@code repair} by the name of the undo script in it. There must never be two such rows for one applied row, or Flyway calls
 * the history corrupted; the lock between instances, and reading the history only when it is held, see to that.
 *
 * <p>A version that is pending again would be applied again by the next instance that starts. A row in
 * {@code evenkeel_rollback} holds it until it is released.
 */
public final class Undoing implements SessionWork {

    private final MigrationConfig config;
    private final Scripts scripts;
    private final Version from;

    public Undoing(MigrationConfig config, Scripts scripts, Version from) {
        this.config = config;
        this.scripts = scripts;
        this.from = from;
    }

    @Override
    public void run(MigrationSession session, Progress progress) throws Exception {
        Contracted.refuseRollback(from, session.contracts());
        UndoPlan plan = UndoPlan.of(session.history(), from, new Undos(session, scripts, config)::undoOf);
        new Run(session, progress, plan).run();
    }

    /** One rollback. */
    private final class Run {

        private final MigrationSession session;
        private final HistoryTable table;
        private final Progress progress;
        private final UndoPlan plan;
        private final Snapshots snapshots;
        private final LockPatience patience;
        private final long begun = System.nanoTime();

        Run(MigrationSession session, Progress progress, UndoPlan plan) {
            this.session = session;
            this.table = session.table();
            this.progress = progress;
            this.plan = plan;
            this.snapshots = new Snapshots(session);
            this.patience = new LockPatience(config, session, progress);
        }

        void run() throws Exception {
            searchOurSchemaFirst();
            if (plan.isOneTransaction()) {
                patience.run(() -> session.inTransaction(() -> {
                    hold();
                    for (Step step : plan.steps()) {
                        undo(step);
                    }
                }));
            } else {
                // The hold first: whatever happens between two scripts, nobody applies the first ones again.
                session.inTransaction(this::hold);
                for (Step step : plan.steps()) {
                    patience.run(() -> alone(step));
                }
            }
            String version = session.history().version().map(Version::toString).orElse(null);
            progress.scriptEnded();
            progress.tell(new SchemaChanged(version, plan.steps().size(), Duration.ofNanos(System.nanoTime() - begun)));
        }

        private void searchOurSchemaFirst() throws SQLException {
            if (config.schema() != null) {
                session.execute("select set_config('search_path', quote_ident(" + HistoryTable.literal(config.schema())
                        + ") || ', ' || current_setting('search_path'), false)");
            }
        }

        private void hold() throws SQLException {
            session.execute(table.createRollbacks());
            session.update(table.addRollback(), plan.from().toString(), plan.versions());
            snapshots.prepare();
        }

        private void alone(Step step) throws SQLException {
            if (step.undo().transactional()) {
                session.inTransaction(() -> undo(step));
            } else {
                undo(step);
            }
        }

        private void undo(Step step) throws SQLException {
            Undo undo = step.undo();
            progress.scriptStarted(undo.name(), undo.transactional());
            progress.tell(new UndoStarted(step.version().toString(), undo.name()));
            if (undo.transactional()) {
                patience.bound();
            }
            int checksum = undo instanceof UndoScript script ? run(script) : derive((DerivedUndo) undo);
            Duration elapsed = progress.running().elapsedScript();
            session.update(
                    table.addDelete(),
                    step.version().toString(),
                    step.applied().description(),
                    undo.name(),
                    checksum,
                    (int) elapsed.toMillis());
            progress.tell(new MigrationUndone(step.version().toString(), undo.name(), elapsed, compare(step)));
        }

        private int run(UndoScript script) throws SQLException {
            for (SqlStatement statement : script.statements()) {
                progress.statementStarted(statement.outline());
                session.execute(statement.text());
                progress.statementEnded();
            }
            return script.checksum();
        }

        private int derive(DerivedUndo undo) throws SQLException {
            List<String> statements = new Reverting(session, snapshots, progress).run(undo);
            progress.tell(new UndoDerived(
                    undo.version().toString(),
                    statements.stream()
                            .flatMap(sql -> SqlStatement.split(sql).stream())
                            .map(SqlStatement::outline)
                            .toList()));
            return new ScriptFile(undo.name(), String.join(";\n", statements)).checksum();
        }

        private @Nullable List<SchemaDifference> compare(Step step) throws SQLException {
            Fingerprint now = snapshots.now();
            List<SchemaDifference> differences = snapshots
                    .after(step.remaining())
                    .map(before -> before.differencesTo(now))
                    .orElse(null);
            snapshots.save(step.remaining(), now);
            return differences;
        }
    }
}
