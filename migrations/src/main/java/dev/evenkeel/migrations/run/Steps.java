package dev.evenkeel.migrations.run;

import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.MigrationEvent.InvalidIndexDropped;
import dev.evenkeel.migrations.MigrationEvent.MigrationApplied;
import dev.evenkeel.migrations.MigrationEvent.MigrationStarted;
import dev.evenkeel.migrations.flyway.FlywayEngine;
import dev.evenkeel.migrations.flyway.ScriptListener;
import dev.evenkeel.migrations.history.History;
import dev.evenkeel.migrations.history.HistoryRow;
import dev.evenkeel.migrations.history.HistoryTable;
import dev.evenkeel.migrations.schema.ConcurrentBuilds;
import dev.evenkeel.migrations.schema.Snapshots;
import dev.evenkeel.migrations.script.CheckFile.Moment;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.session.LockPatience;
import dev.evenkeel.migrations.session.MigrationSession;
import dev.evenkeel.migrations.session.Progress;
import dev.evenkeel.sql.SqlStatement;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens beside the statements of each script, in its transaction: events, bounds, and a snapshot of the schema. */
class Steps implements ScriptListener {

    private static final Logger log = LoggerFactory.getLogger(Steps.class);
    private static final String CANCELLED = "57014";
    private static final int MOST_ATTEMPTS = 10;

    private final MigrationSession session;
    private final HistoryTable table;
    private final Progress progress;
    private final DataChecks checks;
    private final ConcurrentBuilds builds;
    private final Snapshots snapshots;
    private final LockPatience patience;
    private @Nullable String head;
    private @Nullable String uncommitted;
    private int applied;

    /** {@code migrations} is the history before, whatever {@code table} the scripts have for theirs. */
    Steps(
            MigrationConfig config,
            MigrationSession session,
            HistoryTable table,
            Progress progress,
            History migrations,
            DataChecks checks) {
        this.checks = checks;
        this.session = session;
        this.table = table;
        this.progress = progress;
        this.builds = new ConcurrentBuilds(session);
        this.snapshots = new Snapshots(session);
        this.patience = new LockPatience(config, session, progress);
        this.head = migrations.head().map(HistoryRow::script).orElse(null);
    }

    /** Lets the engine apply what is pending up to the target, and returns how many scripts that were. */
    int run(@Nullable Version target, FlywayEngine engine) throws Exception {
        try {
            patience.run(() -> engine.migrate(target, this));
        } catch (Exception e) {
            try {
                forgetWhatWasCleared();
            } catch (SQLException afterwards) {
                e.addSuppressed(afterwards);
            }
            throw e;
        }
        tellApplied();
        return applied;
    }

    /** The script under whose name the schema is remembered after this one has run on top of {@code head}. */
    @Nullable
    String headAfter(String script, @Nullable String head) {
        return script;
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
        checks.ask(script, Moment.PRE, transactional, session, progress);
    }

    @Override
    public void statementStarted(String sql) throws SQLException {
        SqlStatement statement = SqlStatement.first(sql);
        progress.statementStarted(statement.outline());
        if (!progress.running().transactional()) {
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
    private void forgetWhatWasCleared() throws SQLException {
        String script = progress.running().script();
        boolean forgotten = !progress.running().cleared();
        for (int attempt = 1; !forgotten; attempt++) {
            try {
                session.update(table.forgetFailed(), script);
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
        checks.ask(script, Moment.POST, progress.running().transactional(), session, progress);
        snapshots.save(headAfter(script, head), snapshots.now());
        uncommitted = script;
    }

    /** A script is committed when the next one begins, or when Flyway has returned. */
    private void tellApplied() {
        String script = uncommitted;
        if (script != null && script.equals(progress.running().script())) {
            progress.tell(new MigrationApplied(script, progress.running().elapsedScript()));
            progress.scriptEnded();
            head = headAfter(script, head);
            uncommitted = null;
            applied++;
        }
    }
}
