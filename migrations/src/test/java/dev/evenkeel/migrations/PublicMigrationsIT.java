package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.effect.EffectProbe;
import dev.evenkeel.migrations.flyway.FlywayEngine;
import dev.evenkeel.migrations.schema.Fingerprint;
import dev.evenkeel.migrations.schema.Snapshots;
import dev.evenkeel.migrations.script.Script;
import dev.evenkeel.migrations.script.Scripts;
import dev.evenkeel.migrations.session.SessionRunner;
import dev.evenkeel.sql.SqlStatement;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Large sets of migrations that somebody else wrote. They are not ours to publish: {@code -Devenkeel.test.migrations} names
 * their folders, with the separator of paths between them.
 */
@WithPostgres(isolated = true)
class PublicMigrationsIT {

    private static final Logger figures = LoggerFactory.getLogger("figures");
    private static final String NONE = "no folder is named by -Devenkeel.test.migrations";
    private static final Duration LONG = Duration.ofMinutes(5);

    private final PostgresCluster cluster;

    @TempDir
    private Path root;

    private ReactiveDatabaseManager db;
    private MigrationManager migrations;
    private MigrationConfig config;

    PublicMigrationsIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    static Stream<Path> sets() {
        String folders = System.getProperty("evenkeel.test.migrations", "");
        return Stream.of(folders.split(File.pathSeparator, -1)).map(Path::of);
    }

    @BeforeEach
    void start() {
        Schemas.reset(cluster);
        db = Schemas.start(cluster);
        config = Schemas.folders(root).build();
        migrations = MigrationManager.of(db, config);
    }

    @AfterEach
    void stop() {
        db.shutdown().block(Schemas.PATIENCE);
    }

    private static List<Script> versioned(Path set) {
        return Scripts.read(
                        MigrationConfig.builder().locations("filesystem:" + set).build())
                .versioned();
    }

    private Fingerprint fingerprint() {
        return Objects.requireNonNull(new SessionRunner(db, config)
                .ask((session, progress) -> new Snapshots(session).now())
                .block(Schemas.PATIENCE));
    }

    private void add(String name, String sql) {
        Schemas.write(root.resolve("migration"), name, sql);
    }

    /** Each statement is a version of its own here: applied, taken back by a derived undo, and applied again. */
    @ParameterizedTest
    @MethodSource("sets")
    void mostStatementsAreTakenBackAndProven(Path set) {
        Assumptions.assumeFalse(set.toString().isEmpty(), NONE);
        int changing = 0;
        int version = 0;
        TreeMap<String, Integer> refused = new TreeMap<>();
        Fingerprint before = fingerprint();
        for (Script script : versioned(set)) {
            for (SqlStatement statement : SqlStatement.split(script.file().content())) {
                version++;
                add("V%d__statement.sql".formatted(version), statement.text() + ";");
                Schemas.migrate(migrations);
                Fingerprint after = fingerprint();
                boolean changes = !before.hash().equals(after.hash());
                changing += changes ? 1 : 0;
                try {
                    Schemas.rollback(migrations, String.valueOf(version));
                    assertThat(fingerprint().differencesTo(before)).isEmpty();
                    migrations.release().block(Schemas.PATIENCE);
                    Schemas.migrate(migrations);
                    assertThat(fingerprint().differencesTo(after)).isEmpty();
                } catch (MigrationException e) {
                    assertThat(e.code()).isEqualTo("UNDO_NOT_PROVEN");
                    assertThat(fingerprint().differencesTo(after)).isEmpty();
                    if (changes) {
                        refused.merge(
                                e.summary().replaceAll("^Version \\S+|(?<=: ).*(?= (is|was) )|[a-z_]+\\.[a-z_]+", "~"),
                                1,
                                Integer::sum);
                        figures.info("refused: {} | {}", statement.outline(), e.summary());
                    }
                }
                before = after;
            }
        }
        int left = refused.values().stream().mapToInt(Integer::intValue).sum();
        figures.info(
                "{}: of {} statements {} change the schema, {} proven, {} refused",
                set.getFileName(),
                version,
                changing,
                changing - left,
                left);
        assertThat(changing - left).as("proven of %d", changing).isGreaterThanOrEqualTo(changing * 4 / 5);
    }

    /** As they are written; plain Flyway works before, between and after. */
    @ParameterizedTest
    @MethodSource("sets")
    void theSetIsMigratedTakenBackAndMigratedAgain(Path set) {
        Assumptions.assumeFalse(set.toString().isEmpty(), NONE);
        Flyway plain = Schemas.plainFlyway(cluster, root);
        int undone = 0;
        int versions = 0;
        Fingerprint before = fingerprint();
        for (Script script : versioned(set)) {
            versions++;
            add(script.file().name(), script.file().content());
            Schemas.migrate(migrations);
            plain.validate();
            Fingerprint after = fingerprint();
            try {
                Schemas.rollback(
                        migrations, Objects.requireNonNull(script.version()).toString());
                undone++;
                assertThat(fingerprint().differencesTo(before)).isEmpty();
                assertThat(plain.info().pending()).hasSize(1);
                assertThat(plain.migrate().migrationsExecuted).isEqualTo(1);
                migrations.release().block(Schemas.PATIENCE);
                assertThat(fingerprint().differencesTo(after)).isEmpty();
            } catch (MigrationException e) {
                assertThat(e.code()).isIn("UNDO_NOT_PROVEN", "UNDO_MISSING");
                assertThat(fingerprint().differencesTo(after)).isEmpty();
            }
            before = after;
        }
        figures.info(
                "{}: {} of {} versions taken back without an undo script and applied again",
                set.getFileName(),
                undone,
                versions);
        assertThat(undone).isPositive();
    }

    /** PostgreSQL itself tells by an event trigger which tables it writes anew. */
    @ParameterizedTest
    @MethodSource("sets")
    void theEffectReportIsWhatPostgresqlDoesWhenItReallyRuns(Path set) {
        Assumptions.assumeFalse(set.toString().isEmpty(), NONE);
        MigrationConfig there = MigrationConfig.builder()
                .locations("filesystem:" + set)
                .undoLocations()
                .build();
        EffectReport report = Objects.requireNonNull(
                MigrationManager.of(db, there).effects(Rehearsal.onScratch()).block(LONG));
        cluster.primary().execute("""
                        drop schema if exists audit cascade; create schema audit; create table audit.rewritten (name text);
                        create function audit.note() returns event_trigger language plpgsql as
                          'begin insert into audit.rewritten select n.nspname || ''.'' || relname from pg_class c
                             join pg_namespace n on n.oid = c.relnamespace where c.oid = pg_event_trigger_table_rewrite_oid(); end';
                        create event trigger audit_rewrite on table_rewrite execute function audit.note()""");
        List<StatementEffect> really = new ArrayList<>();
        Scripts scripts = Scripts.read(there);
        new SessionRunner(db, there)
                .ask((session, progress) -> {
                    EffectProbe probe = new EffectProbe(session, progress, scripts, script -> true);
                    new FlywayEngine(session, there, scripts).migrate(null, probe);
                    really.addAll(probe.effects());
                    return true;
                })
                .block(LONG);
        List<String> rewritten = cluster.primary().queryAll("select name from audit.rewritten");
        cluster.primary().execute("drop event trigger audit_rewrite; drop schema audit cascade");

        assertThat(lines(report.statements())).isEqualTo(lines(really));
        List<String> reported = report.statements().stream()
                .filter(StatementEffect::transactional)
                .filter(statement -> statement.outline().startsWith("alter"))
                .flatMap(statement -> statement.tables().stream())
                .filter(TableEffect::rewritten)
                .map(TableEffect::table)
                .toList();
        // A table that a script makes itself is rewritten, too, but stops nobody and is not in the report.
        assertThat(rewritten).containsAll(reported);
        figures.info(
                "{}: {} statements; {} rewrites, {} scans that stop writers, {} take ACCESS EXCLUSIVE on a table in use",
                set.getFileName(),
                report.statements().size(),
                count(report, EffectPolicy.FAIL_ON_REWRITE),
                count(report, EffectPolicy.FAIL_ON_SCAN),
                report.statements().stream()
                        .flatMap(it -> it.tables().stream())
                        .filter(table -> table.lock() == LockMode.ACCESS_EXCLUSIVE)
                        .count());
    }

    private static long count(EffectReport report, EffectPolicy policy) {
        return report.violations(java.util.EnumSet.of(policy)).size();
    }

    private static List<String> lines(List<StatementEffect> statements) {
        return statements.stream()
                .map(it -> it.script() + " " + it.number() + " "
                        + it.tables().stream()
                                .filter(table -> !table.table().startsWith("audit."))
                                .map(table -> table.toString().replaceAll(" \\(\\d+ rows live\\)", ""))
                                .collect(Collectors.joining("; ")))
                .toList();
    }
}
