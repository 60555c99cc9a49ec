package dev.evenkeel.migrations.run;

import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.MigrationEvent.MigrationsPlanned;
import dev.evenkeel.migrations.MigrationEvent.SchemaChanged;
import dev.evenkeel.migrations.contract.Contracted;
import dev.evenkeel.migrations.flyway.FlywayEngine;
import dev.evenkeel.migrations.history.History;
import dev.evenkeel.migrations.script.CheckFile;
import dev.evenkeel.migrations.script.Scripts;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.session.MigrationSession;
import dev.evenkeel.migrations.session.Progress;
import dev.evenkeel.migrations.session.SessionRunner.SessionWork;
import java.time.Duration;

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
        History contracts = session.contracts();
        scripts.newest().ifPresent(newest -> Contracted.refuseInstance(newest, contracts));
        Outlook outlook = Outlook.of(history, scripts, config);
        outlook.refuse();
        if (outlook.isNothingToDo()) {
            progress.tell(outlook.found());
            return;
        }
        DataChecks checks = DataChecks.of(CheckFile.read(config, scripts), scripts);
        progress.tell(new MigrationsPlanned(outlook.pendingScripts()));
        Steps steps = new Steps(config, session, session.table(), progress, history, checks);
        int applied = steps.run(outlook.target(), new FlywayEngine(session, config, scripts));
        if (applied == 0) {
            progress.tell(Outlook.of(session.history(), scripts, config).found());
            return;
        }
        progress.tell(new SchemaChanged(
                session.history().version().map(Version::toString).orElse(null),
                applied,
                Duration.ofNanos(System.nanoTime() - begun)));
    }
}
