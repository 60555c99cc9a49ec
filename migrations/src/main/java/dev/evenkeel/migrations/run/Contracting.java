package dev.evenkeel.migrations.run;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.MigrationEvent.MigrationsPlanned;
import dev.evenkeel.migrations.MigrationEvent.SchemaChanged;
import dev.evenkeel.migrations.MigrationEvent.SchemaFound;
import dev.evenkeel.migrations.contract.ContractFolder;
import dev.evenkeel.migrations.contract.Fence;
import dev.evenkeel.migrations.flyway.FlywayEngine;
import dev.evenkeel.migrations.history.Comparison;
import dev.evenkeel.migrations.history.History;
import dev.evenkeel.migrations.script.Script;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.session.InstanceLock;
import dev.evenkeel.migrations.session.MigrationSession;
import dev.evenkeel.migrations.session.Progress;
import dev.evenkeel.migrations.session.SessionRunner.SessionWork;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Runs the contract scripts that are pending, each when no instance needs any more what it removes. */
final class Contracting implements SessionWork {

    private final MigrationConfig config;
    private final ContractFolder folder;

    Contracting(MigrationConfig config, ContractFolder folder) {
        this.config = config;
        this.folder = folder;
    }

    /** The lock of the contract scripts' own history first: it is held while instances are waited for, and stops no migration. */
    @Override
    public void run(MigrationSession session, Progress progress) throws Exception {
        long begun = System.nanoTime();
        new InstanceLock(session, session.table().contracts()).await(config.instanceWait(), progress);
        List<Script> pending = pending(folder, session.contracts());
        if (pending.isEmpty()) {
            progress.tell(found(session.contracts()));
            return;
        }
        progress.tell(new MigrationsPlanned(
                pending.stream().map(script -> script.file().path()).toList()));
        for (Script script : pending) {
            requireExpanded(script, session.history());
            Fence fence = new Fence(session, progress, config);
            fence.pass(script.file().path(), version(script), () -> apply(script, session, progress));
        }
        progress.tell(new SchemaChanged(
                name(session.contracts()), pending.size(), Duration.ofNanos(System.nanoTime() - begun)));
    }

    /** Throws what is in the way. */
    static List<Script> pending(ContractFolder folder, History contracts) {
        Comparison comparison = Comparison.of(contracts, folder.scripts(), false);
        Refusal.of(comparison.findings()).ifPresent(error -> {
            throw error;
        });
        return comparison.pending();
    }

    static SchemaFound found(History contracts) {
        return new SchemaFound(name(contracts), List.of());
    }

    /** The mark at the begin of the history has a version, too, and is none. */
    private static @Nullable String name(History contracts) {
        return contracts.head().isEmpty()
                ? null
                : contracts.version().map(Version::toString).orElse(null);
    }

    private static Version version(Script script) {
        return Objects.requireNonNull(script.version(), "the folder takes no others");
    }

    /** Again behind the fence: a rollback may have come between. */
    private void apply(Script script, MigrationSession session, Progress progress) throws Exception {
        History migrations = session.history();
        requireExpanded(script, migrations);
        FlywayEngine engine = new FlywayEngine(session, folder.config(), folder.scripts());
        new OnTop(session, progress, migrations).run(version(script), engine);
    }

    private static void requireExpanded(Script script, History migrations) {
        Version version = version(script);
        if (migrations
                .version()
                .filter(applied -> applied.compareTo(version) >= 0)
                .isEmpty()) {
            throw new MigrationException(Failure.of(
                    "EXPAND_PENDING",
                    ErrorType.SCHEMA,
                    "%s completes migration %s, but the schema is at %s"
                            .formatted(
                                    script.file().path(),
                                    version,
                                    migrations
                                            .version()
                                            .map(applied -> "version " + applied)
                                            .orElse("no version")),
                    "run the migrations first",
                    "give the contract script the version of the migration that it completes"));
        }
    }

    /** The schema that a contract script leaves is that of the last migration from now on: nobody shall call it drift. */
    private final class OnTop extends Steps {

        OnTop(MigrationSession session, Progress progress, History migrations) {
            super(config, session, session.table().contracts(), progress, migrations, DataChecks.NONE);
        }

        @Override
        @Nullable
        String headAfter(String script, @Nullable String head) {
            return head;
        }
    }
}
