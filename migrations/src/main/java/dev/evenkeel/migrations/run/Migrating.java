package dev.evenkeel.migrations.run;

import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.MigrationEvent.MigrationApplied;
import dev.evenkeel.migrations.MigrationEvent.MigrationStarted;
import dev.evenkeel.migrations.MigrationEvent.MigrationsPlanned;
import dev.evenkeel.migrations.MigrationEvent.SchemaChanged;
import dev.evenkeel.migrations.flyway.FlywayEngine;
import dev.evenkeel.migrations.flyway.ScriptListener;
import dev.evenkeel.migrations.history.History;
import dev.evenkeel.migrations.history.HistoryRow;
import dev.evenkeel.migrations.schema.Snapshots;
import dev.evenkeel.migrations.script.Scripts;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.session.LockPatience;
import dev.evenkeel.migrations.session.MigrationSession;
import dev.evenkeel.migrations.session.Progress;
import dev.evenkeel.migrations.session.SessionRunner.SessionWork;
import dev.evenkeel.sql.SqlStatement;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Applies what is pending, once no other instance does. */
final class Migrating implements SessionWork {

    private final MigrationConfig config;
    private final Scripts scripts;

    Migrating(MigrationConfig config, Scripts scripts) {
        this.config = config;
        this.scripts = scripts;
    }

    /** Looks again: another instance may have done it all while this one waited. */
    @Override
    public void run(MigrationSession session, Progress progress) throws Exception {
        long begun = System.nanoTime();
        History history = session.history();
        Outlook outlook = Outlook.of(history, scripts, config);
        outlook.refuse();
        if (outlook.isNothingToDo()) {
            progress.tell(outlook.found());
            return;
        }
        progress.tell(new MigrationsPlanned(outlook.pendingScripts()));
        Steps steps = new Steps(session, progress, history);
        FlywayEngine engine = new FlywayEngine(session, config, scripts);
        steps.patience.run(() -> engine.migrate(outlook.target(), steps));
        steps.tellApplied();
        if (steps.applied == 0) {
            progress.tell(Outlook.of(session.history(), scripts, config).found());
            return;
        }
        progress.tell(new SchemaChanged(
                session.history().version().map(Version::toString).orElse(null),
                steps.applied,
                Duration.ofNanos(System.nanoTime() - begun)));
    }

    /** What happens beside the statements of each script, in its transaction. */
    private final class Steps implements ScriptListener {

        private final Progress progress;
        private final Snapshots snapshots;
        private final LockPatience patience;
        private @Nullable String head;
        private @Nullable String uncommitted;
        private int applied;

        Steps(MigrationSession session, Progress progress, History history) {
            this.progress = progress;
            this.snapshots = new Snapshots(session);
            this.patience = new LockPatience(config, session, progress);
            this.head = history.head().map(HistoryRow::script).orElse(null);
        }

        @Override
        public void scriptStarted(String script, boolean transactional) throws SQLException {
            tellApplied();
            progress.scriptStarted(script, transactional);
            progress.tell(new MigrationStarted(script, transactional));
            snapshots.prepare();
            if (snapshots.after(head).isEmpty()) {
                snapshots.save(head, snapshots.now());
            }
            if (transactional) {
                patience.bound();
            }
        }

        @Override
        public void statementStarted(String sql) {
            String outline = SqlStatement.split(sql).stream()
                    .findFirst()
                    .map(SqlStatement::outline)
                    .orElse("");
            progress.statementStarted(outline);
        }

        @Override
        public void statementEnded() {
            progress.statementEnded();
        }

        @Override
        public void statementFailed() {
            progress.statementEnded();
        }

        @Override
        public void scriptEnded(String script) throws SQLException {
            progress.checkCancelled();
            snapshots.save(script, snapshots.now());
            uncommitted = script;
        }

        /** A script is committed when the next one begins, or when Flyway has returned. */
        void tellApplied() {
            String script = uncommitted;
            if (script != null && script.equals(progress.running().script())) {
                progress.tell(new MigrationApplied(script, progress.running().elapsedScript()));
                progress.scriptEnded();
                head = script;
                uncommitted = null;
                applied++;
            }
        }
    }
}
