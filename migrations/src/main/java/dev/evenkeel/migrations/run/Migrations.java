package dev.evenkeel.migrations.run;

import dev.evenkeel.HealthSnapshot.Check;
import dev.evenkeel.HealthStatus;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.Backfill;
import dev.evenkeel.migrations.BackfillProgress;
import dev.evenkeel.migrations.CreatedMigration;
import dev.evenkeel.migrations.EffectReport;
import dev.evenkeel.migrations.Membership;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.MigrationEvent;
import dev.evenkeel.migrations.MigrationManager;
import dev.evenkeel.migrations.MigrationRecord;
import dev.evenkeel.migrations.Rehearsal;
import dev.evenkeel.migrations.SchemaFinding;
import dev.evenkeel.migrations.SchemaValidation;
import dev.evenkeel.migrations.backfill.Backfilling;
import dev.evenkeel.migrations.contract.ContractFolder;
import dev.evenkeel.migrations.contract.Contracted;
import dev.evenkeel.migrations.contract.Joining;
import dev.evenkeel.migrations.create.NewMigration;
import dev.evenkeel.migrations.flyway.FlywayEngine;
import dev.evenkeel.migrations.history.History;
import dev.evenkeel.migrations.script.Scripts;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.session.SessionRunner;
import dev.evenkeel.migrations.undo.Undoing;
import java.time.Duration;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Reads the files, looks at the history, and hands what is left to do to a session of its own. */
public final class Migrations implements MigrationManager {

    private final ReactiveDatabaseManager database;
    private final MigrationConfig config;
    private final SessionRunner sessions;
    private final Rehearsing rehearsing;
    private final Joining joining;
    private final LiveHistory live;
    private final SchemaInspection inspection;

    private Migrations(ReactiveDatabaseManager database, MigrationConfig config) {
        this.database = database;
        this.config = config;
        this.sessions = new SessionRunner(database, config);
        this.rehearsing = new Rehearsing(database, config, sessions);
        this.joining = new Joining(database, config, sessions);
        this.live = new LiveHistory(database, config);
        this.inspection = new SchemaInspection(database, live, config);
    }

    /** Behind {@link MigrationManager#of}. */
    public static MigrationManager of(ReactiveDatabaseManager database, MigrationConfig config) {
        Migrations migrations = new Migrations(database, config);
        database.contributeSchemaIntegrity(migrations.integrity());
        return migrations;
    }

    @Override
    public Flux<MigrationEvent> runMigrations() {
        return Mono.zip(scripts(), live.read()).flatMapMany(seen -> {
            seen.getT1()
                    .newest()
                    .ifPresent(newest ->
                            Contracted.refuseInstance(newest, seen.getT2().contracts()));
            Outlook outlook = Outlook.of(seen.getT2().history(), seen.getT1(), config);
            outlook.refuse();
            return outlook.isNothingToDo()
                    ? Flux.just(outlook.found())
                    : database.announcing(
                            "migrate",
                            String.join(", ", outlook.pendingScripts()),
                            sessions.alone(new Migrating(config, seen.getT1())));
        });
    }

    @Override
    public Flux<Membership> join() {
        return scripts().flatMapMany(scripts -> joining.join(scripts.newest().orElseThrow(this::noVersion)));
    }

    private MigrationException noVersion() {
        return new MigrationException(Failure.of(
                "NO_VERSION",
                ErrorType.SCHEMA,
                "Nobody can tell what this instance needs: there is no migration in %s".formatted(config.locations()),
                "check migrations.locations and that the build packs the folder"));
    }

    @Override
    public Flux<MigrationEvent> contract() {
        return Mono.zip(contractFolder(), live.read()).flatMapMany(seen -> {
            ContractFolder folder = seen.getT1();
            History contracts = seen.getT2().contracts();
            return Contracting.pending(folder, contracts).isEmpty()
                    ? Flux.just(Contracting.found(contracts))
                    : database.announcing(
                            "contract",
                            Contracting.pending(folder, contracts).stream()
                                    .map(script -> script.file().path())
                                    .collect(Collectors.joining(", ")),
                            sessions.beside(new Contracting(config, folder)));
        });
    }

    @Override
    public Mono<EffectReport> effects(Rehearsal how) {
        return Mono.zip(scripts(), live.read()).flatMap(seen -> rehearsing.effects(how, seen.getT2(), seen.getT1()));
    }

    @Override
    public Mono<SchemaValidation> validateSchema() {
        return Mono.zip(scripts(), contractFolder())
                .flatMap(files ->
                        inspection.validate(files.getT1(), files.getT2().scripts()));
    }

    @Override
    public Flux<MigrationEvent> rollbackMigration(String version) {
        return database.announcing(
                "rollback",
                "version " + version + " and later",
                scripts().flatMapMany(scripts -> sessions.alone(new Undoing(config, scripts, Version.of(version)))));
    }

    @Override
    public Mono<Boolean> release() {
        Mono<Boolean> release = live.read()
                .filter(LiveHistory.Found::hasRollbacks)
                .flatMap(found -> database.query(found.table().release())
                        .idempotent()
                        .label("migration release")
                        .rowsUpdated())
                .map(released -> released > 0)
                .defaultIfEmpty(false);
        return database.announcing("release", "versions that were held", release)
                .single();
    }

    @Override
    public Mono<CreatedMigration> createMigration(String name, String sql) {
        return create(name, sql, null);
    }

    @Override
    public Mono<CreatedMigration> createMigration(String name, String sql, String undoSql) {
        return create(name, sql, undoSql);
    }

    private Mono<CreatedMigration> create(String name, String sql, @Nullable String undoSql) {
        return Mono.fromCallable(() -> new NewMigration(config.sources(), name, sql, undoSql).write())
                .subscribeOn(Schedulers.boundedElastic());
    }

    @Override
    public Flux<MigrationRecord> getMigrationHistory() {
        return scripts()
                .flatMap(scripts -> sessions.ask((session, progress) -> {
                    History history = session.history();
                    FlywayEngine engine = new FlywayEngine(session, config, scripts);
                    return Records.of(
                            history,
                            engine.states(Outlook.of(history, scripts, config).target()));
                }))
                .flatMapIterable(records -> records);
    }

    @Override
    public Flux<BackfillProgress> backfill(Backfill backfill) {
        return database.announcing("backfill", backfill.name(), new Backfilling(database, config).run(backfill));
    }

    /** Files may be in a folder that changes, so they are read each time. */
    private Mono<Scripts> scripts() {
        return Mono.fromCallable(() -> Scripts.read(config)).subscribeOn(Schedulers.boundedElastic());
    }

    private Mono<ContractFolder> contractFolder() {
        return Mono.fromCallable(() -> ContractFolder.read(config)).subscribeOn(Schedulers.boundedElastic());
    }

    private Flux<Check> integrity() {
        return Flux.interval(Duration.ZERO, config.integrityInterval())
                .onBackpressureDrop()
                .concatMap(tick -> validateSchema().map(Migrations::check).onErrorResume(Migrations::unknown), 1);
    }

    private static Check check(SchemaValidation validation) {
        if (!validation.isValid()) {
            String what =
                    validation.findings().stream().map(SchemaFinding::message).collect(Collectors.joining("; "));
            return new Check(HealthStatus.DEGRADED, what);
        }
        return new Check(
                HealthStatus.HEALTHY,
                "as %s left it, %d pending"
                        .formatted(
                                validation.version() == null ? "nothing" : "version " + validation.version(),
                                validation.pending().size()));
    }

    private static Mono<Check> unknown(Throwable failure) {
        return Mono.just(new Check(HealthStatus.DEGRADED, "cannot be checked: " + failure.getMessage()));
    }
}
