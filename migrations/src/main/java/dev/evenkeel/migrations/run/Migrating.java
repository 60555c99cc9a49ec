package dev.evenkeel.migrations.run;

import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.MigrationEvent.InvalidIndexDropped;
import dev.evenkeel.migrations.MigrationEvent.MigrationApplied;
import dev.evenkeel.migrations.MigrationEvent.MigrationStarted;
import dev.evenkeel.migrations.MigrationEvent.MigrationsPlanned;
import dev.evenkeel.migrations.MigrationEvent.SchemaChanged;
import dev.evenkeel.migrations.flyway.FlywayEngine;
import dev.evenkeel.migrations.flyway.ScriptListener;
import dev.evenkeel.migrations.history.History;
import dev.evenkeel.migrations.history.HistoryRow;
import dev.evenkeel.migrations.schema.ConcurrentBuilds;
import dev.evenkeel.migrations.schema.Snapshots;
import dev.evenkeel.migrations.script.Scripts;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.session.LockPatience;
import dev.evenkeel.migrations.session.MigrationSession;
import dev.evenkeel.migrations.session.Progress;
import dev.evenkeel.migrations.session.Progress.Running;
import dev.evenkeel.migrations.session.SessionRunner.SessionWork;
import dev.evenkeel.sql.SqlStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies what is pending, once no other instance does. */
final class Migrating implements SessionWork {

    private static final Logger log = LoggerFactory.getLogger(Migrating.class);
    private static final String CANCELLED = "57014";
    private static final int MOST_ATTEMPTS = 10;

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
        try {
            steps.patience.run(() -> engine.migrate(outlook.target(), steps));
        } catch (Exception e) {
            try {
                steps.forgetWhatWasCleared();
            } catch (SQLException afterwards) {
                e.addSuppressed(afterwards);
            }
            throw e;
        }
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
        private final ConcurrentBuilds builds;
        private final MigrationSession session;
        private @Nullable String head;
        private @Nullable String uncommitted;
        private int applied;

        Steps(MigrationSession session, Progress progress, History history) {
            this.progress = progress;
            this.session = session;
            this.snapshots = new Snapshots(session);
            this.builds = new ConcurrentBuilds(session);
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
        public void statementStarted(String sql) throws SQLException {
            SqlStatement statement = SqlStatement.first(sql);
            progress.statementStarted(statement.outline());
            Running running = progress.running();
            if (!running.transactional()) {
                builds.begin(statement).ifPresent(this::tellDropped);
            }
        }

        private void tellDropped(String index) {
            progress.tell(new InvalidIndexDropped(
                    Objects.requireNonNull(progress.running().script()), index));
        }

        @Override
        public void statementEnded() throws SQLException {
            progress.statementEnded();
            builds.end();
        }

        /** A build that was its script's first statement leaves nothing but its index, which is dropped now or by the next run. */
        @Override
        public void statementFailed() {
            progress.statementEnded();
            if (!builds.isBuilding()) {
                return;
            }
            if (progress.running().number() == 1) {
                progress.scriptCleared();
            }
            try {
                builds.failed().forEach(this::tellDropped);
            } catch (SQLException e) {
                log.warn(
                        "{} has left an invalid index behind, which the next run drops: {}",
                        progress.running().script(),
                        e.getMessage());
            }
        }

        /** Flyway notes that a script outside a transaction has failed; of one that left nothing that would be in the way. */
        void forgetWhatWasCleared() throws SQLException {
            String script = progress.running().script();
            boolean forgotten = !progress.running().cleared();
            for (int attempt = 1; !forgotten; attempt++) {
                try {
                    session.update(session.table().forgetFailed(), script);
                    forgotten = true;
                } catch (SQLException e) {
                    // Whoever cancels the migration asks the server until this thread has ended, and meets this, too.
                    if (!CANCELLED.equals(e.getSQLState()) || attempt == MOST_ATTEMPTS) {
                        throw e;
                    }
                }
            }
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
