package dev.evenkeel.migrations.flyway;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.script.Scripts;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.session.MigrationSession;
import java.util.List;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.jspecify.annotations.Nullable;

/**
 * Flyway on a session of ours. Everything blocks.
 *
 * <h2>How this works</h2>
 *
 * <p>Flyway gets one connection, ours, and its lock is one of the session ({@code transactionalLock=false}). Its default is a
 * second connection that stays idle in a transaction all the while: {@code create index concurrently} waits for that one for
 * ever, and when the server ends it for being idle, the migration is committed and its row in the history is lost. With the
 * session's lock a script and its row are one transaction.
 *
 * <p>It does not look for files: it gets those that we have read. So undo scripts do not disturb it, and what it applies is what
 * was compared before. There are no Java migrations.
 */
public final class FlywayEngine {

    private static final int LOCK_IS_OURS_ALREADY = 3;

    private final MigrationSession session;
    private final MigrationConfig config;
    private final Scripts scripts;

    public FlywayEngine(MigrationSession session, MigrationConfig config, Scripts scripts) {
        this.session = session;
        this.config = config;
        this.scripts = scripts;
    }

    /**
     * Applies what is pending, up to the target if there is one.
     *
     * @return how many scripts ran
     */
    public int migrate(@Nullable Version target, ScriptListener listener) {
        try {
            return flyway(target, listener).migrate().migrationsExecuted;
        } catch (FlywayException e) {
            throw e.getErrorCode() == CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE ? noHistory(e) : e;
        }
    }

    /**
     * Runs what is pending in one transaction, tells the listener, and rolls everything back.
     *
     * @param last the last script that is to run; all of them must be able to run in a transaction
     */
    public void rehearse(@Nullable Version target, String last, ScriptListener listener) {
        FluentConfiguration flyway = configure(target, new UntilLast(listener, last));
        try {
            flyway.group(true).load().migrate();
        } catch (FlywayException e) {
            if (!UntilLast.isOver(e)) {
                throw e;
            }
            return;
        }
        throw new IllegalStateException(last + " did not run, so its effects are not known");
    }

    private RuntimeException noHistory(FlywayException cause) {
        return new MigrationException(Failure.of(
                        "NO_HISTORY",
                        ErrorType.SCHEMA,
                        "Schema %s is not empty and has no history: nobody knows which migrations it has"
                                .formatted(session.table().schema()),
                        "say which version it is at: MigrationConfig.builder().baselineVersion(\"0\") is none of yours",
                        "check migrations.schema and migrations.table")
                .causedBy(cause));
    }

    /** What Flyway says about each migration, applied ones first. */
    public List<FlywayState> states(@Nullable Version target) {
        return Stream.of(flyway(target, ScriptListener.NONE).info().all())
                .map(FlywayEngine::state)
                .toList();
    }

    private static FlywayState state(MigrationInfo info) {
        MigrationVersion version = info.getVersion();
        return new FlywayState(
                info.getInstalledRank(),
                version == null ? null : version.getVersion(),
                info.getDescription(),
                info.getChecksum(),
                info.getState().name());
    }

    private Flyway flyway(@Nullable Version target, ScriptListener listener) {
        return configure(target, listener).load();
    }

    private FluentConfiguration configure(@Nullable Version target, ScriptListener listener) {
        FluentConfiguration flyway = Flyway.configure(FlywayEngine.class.getClassLoader())
                .dataSource(new KeptConnection(session.connection()))
                .defaultSchema(session.table().schema())
                .table(config.table())
                .placeholders(config.placeholders())
                .outOfOrder(config.outOfOrder())
                .resourceProvider(new FlywayResources(scripts))
                .javaMigrationClassProvider(List::of)
                .callbacks(new FlywayCallback(listener))
                .lockRetryCount(LOCK_IS_OURS_ALREADY)
                .cleanDisabled(true)
                .loggers(QuietFlywayLog.class.getName());
        if (config.baselineVersion() != null) {
            flyway.baselineOnMigrate(true).baselineVersion(config.baselineVersion());
        }
        if (target != null) {
            flyway.target(target.toString());
        }
        flyway.getPluginRegister()
                .getExact(PostgreSQLConfigurationExtension.class)
                .setTransactionalLock(false);
        return flyway;
    }

    /**
     * A migration as Flyway sees it.
     *
     * @param rank of its row in the history; {@code null} when it has none
     * @param state name of Flyway's {@code MigrationState}
     */
    public record FlywayState(
            @Nullable Integer rank,
            @Nullable String version,
            String description,
            @Nullable Integer checksum,
            String state) {}
}
