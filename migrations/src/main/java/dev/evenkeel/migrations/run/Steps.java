package dev.evenkeel.migrations.run;

import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.MigrationEvent.MigrationApplied;
import dev.evenkeel.migrations.MigrationEvent.MigrationStarted;
import dev.evenkeel.migrations.flyway.FlywayEngine;
import dev.evenkeel.migrations.flyway.ScriptListener;
import dev.evenkeel.migrations.history.History;
import dev.evenkeel.migrations.history.HistoryRow;
import dev.evenkeel.migrations.schema.Snapshots;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.session.LockPatience;
import dev.evenkeel.migrations.session.MigrationSession;
import dev.evenkeel.migrations.session.Progress;
import dev.evenkeel.sql.SqlStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What happens beside the statements of each script, in its transaction: events, bounds, and a snapshot of the schema. */
class Steps implements ScriptListener {

    private final Progress progress;
    private final Snapshots snapshots;
    private final LockPatience patience;
    private @Nullable String head;
    private @Nullable String uncommitted;
    private int applied;

    /** {@code migrations} is the history before, whatever history the scripts have. */
    Steps(MigrationConfig config, MigrationSession session, Progress progress, History migrations) {
        this.progress = progress;
        this.snapshots = new Snapshots(session);
        this.patience = new LockPatience(config, session, progress);
        this.head = migrations.head().map(HistoryRow::script).orElse(null);
    }

    /** Lets the engine apply what is pending up to the target, and returns how many scripts that were. */
    int run(@Nullable Version target, FlywayEngine engine) throws Exception {
        patience.run(() -> engine.migrate(target, this));
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
