package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.CallContext;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.event.AdministrativeAction;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.migrations.MigrationEvent.MigrationApplied;
import dev.evenkeel.migrations.MigrationEvent.MigrationStarted;
import dev.evenkeel.migrations.MigrationEvent.MigrationsPlanned;
import dev.evenkeel.migrations.MigrationEvent.SchemaChanged;
import dev.evenkeel.migrations.MigrationEvent.SchemaFound;
import dev.evenkeel.migrations.MigrationEvent.StatementContinued;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TimeZone;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

@WithPostgres(isolated = true)
class MigrationIT {

    private final PostgresCluster cluster;

    @TempDir
    private Path root;

    private ReactiveDatabaseManager db;

    MigrationIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        Schemas.reset(cluster);
        db = Schemas.start(cluster);
    }

    @AfterEach
    void stop() {
        db.shutdown().block(Schemas.PATIENCE);
    }

    private void script(String name, String sql) {
        Schemas.write(root.resolve("migration"), name, sql);
    }

    private String one(String query) {
        return cluster.primary().queryOne(query);
    }

    @Test
    void appliesWhatIsPendingAndTellsEachStep() {
        script("V1__item.sql", "create table item (id int primary key);");
        script("V2__price.sql", "alter table item add price int; insert into item values (1, 2);");
        script("R__view.sql", "create or replace view priced as select * from item where price is not null;");

        List<MigrationEvent> events = Schemas.migrate(Schemas.migrations(db, root));

        assertThat(events.get(0))
                .isEqualTo(new MigrationsPlanned(List.of("V1__item.sql", "V2__price.sql", "R__view.sql")));
        assertThat(events)
                .filteredOn(MigrationStarted.class::isInstance)
                .containsExactly(
                        new MigrationStarted("V1__item.sql", true),
                        new MigrationStarted("V2__price.sql", true),
                        new MigrationStarted("R__view.sql", true));
        assertThat(events).filteredOn(MigrationApplied.class::isInstance).hasSize(3);
        assertThat(events.get(events.size() - 1))
                .isInstanceOfSatisfying(
                        SchemaChanged.class, done -> assertThat(done.version()).isEqualTo("2"));
        assertThat(one("select count(*) from priced")).isEqualTo("1");
    }

    @Test
    void whatIsDoneToTheSchemaIsToldToTheAudit() {
        List<AdministrativeAction> told = new CopyOnWriteArrayList<>();
        db.listen(new DatabaseListener() {
            @Override
            public void onAdministrativeAction(AdministrativeAction action) {
                told.add(action);
            }
        });
        script("V1__item.sql", "create table item (id int primary key);");
        MigrationManager migrations = Schemas.migrations(db, root);
        migrations.runMigrations().contextWrite(CallContext.principal("alice")).blockLast(Schemas.PATIENCE);
        Schemas.migrate(migrations);
        script("V2__broken.sql", "create table item ();");
        assertThatThrownBy(() -> Schemas.migrate(migrations)).isInstanceOf(MigrationException.class);

        assertThat(told).hasSize(2);
        assertThat(told.get(0).what()).isEqualTo("migrate");
        assertThat(told.get(0).subject()).isEqualTo("V1__item.sql");
        assertThat(told.get(0).by()).isEqualTo("alice");
        assertThat(told.get(0).succeeded()).isTrue();
        assertThat(told.get(1).succeeded()).isFalse();
        assertThat(told.get(1).details()).isEqualTo("MigrationException");
    }

    @Test
    void startsNoFlywayWhenNothingIsPending() {
        script("V1__item.sql", "create table item (id int primary key);");
        MigrationManager migrations = Schemas.migrations(db, root);
        Schemas.migrate(migrations);

        assertThat(Schemas.migrate(migrations)).containsExactly(new SchemaFound("1", List.of()));
    }

    @Test
    void buildsAnIndexConcurrentlyWithoutWaitingForItself() {
        script("V1__item.sql", "create table item (id int primary key, name text);");
        script("V2__index.sql", "create index concurrently item_name on item (name);");

        List<MigrationEvent> events = Schemas.migrate(Schemas.migrations(db, root));

        assertThat(events).contains(new MigrationStarted("V2__index.sql", false));
        assertThat(one("select indisvalid from pg_index where indexrelid = 'item_name'::regclass"))
                .isEqualTo("t");
    }

    @Test
    void tellsThatALongStatementGoesOn() {
        script("V1__long.sql", "select 'secret', pg_sleep(0.6);");

        List<MigrationEvent> events =
                Schemas.migrate(Schemas.migrations(db, root, config -> config.heartbeat(Duration.ofMillis(100))));

        assertThat(events)
                .filteredOn(StatementContinued.class::isInstance)
                .isNotEmpty()
                .allSatisfy(event ->
                        assertThat(((StatementContinued) event).outline()).isEqualTo("select ?, pg_sleep(?)"));
    }

    @Test
    void aCancelStopsTheStatementOnTheServerAndLeavesNothingBehind() {
        script("V1__item.sql", "create table item (id int primary key);");
        script("V2__endless.sql", "create table half (id int); select pg_sleep(600);");
        List<MigrationEvent> seen = new CopyOnWriteArrayList<>();

        Disposable running = Schemas.migrations(db, root, config -> config.heartbeat(Duration.ofMillis(50)))
                .runMigrations()
                .doOnNext(seen::add)
                .subscribe();
        Schemas.await("the endless statement", () -> seen.stream().anyMatch(StatementContinued.class::isInstance));
        running.dispose();

        Schemas.await(
                "its end",
                () -> one("select count(*) from pg_stat_activity where application_name = 'shop:migrate'")
                        .equals("0"));
        assertThat(one("select string_agg(script, ',') from flyway_schema_history"))
                .isEqualTo("V1__item.sql");
        assertThat(one("select to_regclass('half') is null")).isEqualTo("t");
    }

    @Test
    void aBrokenScriptIsNamedWithItsStatementAndLeavesNothing() {
        script("V1__item.sql", "create table item (id int primary key);");
        script("V2__broken.sql", "create table half (id int);\ninsert into item values ('secret');");
        script("V3__never.sql", "create table never (id int);");
        List<MigrationEvent> events = new ArrayList<>();

        assertThatThrownBy(() -> Schemas.migrations(db, root)
                        .runMigrations()
                        .doOnNext(events::add)
                        .blockLast(Schemas.PATIENCE))
                .isInstanceOfSatisfying(MigrationException.class, error -> {
                    assertThat(error.type()).isEqualTo(ErrorType.SCHEMA);
                    assertThat(error.code()).isEqualTo("22P02");
                    assertThat(error.summary())
                            .contains("V2__broken.sql failed at statement 2 (insert into item values(?))")
                            .contains("nothing of it was applied")
                            .doesNotContain("secret");
                    assertThat(error.suggestions()).isNotEmpty();
                    assertThat(error.details()).containsEntry("script", "V2__broken.sql");
                });
        assertThat(events).endsWith(new MigrationStarted("V2__broken.sql", true));
        assertThat(one("select string_agg(script, ',') from flyway_schema_history"))
                .isEqualTo("V1__item.sql");
        assertThat(one("select to_regclass('half') is null and to_regclass('never') is null"))
                .isEqualTo("t");
    }

    @Test
    void aChangedChecksumAndAMissingFileAreRefusedBeforeAnythingRuns() {
        script("V1__item.sql", "create table item (id int primary key);");
        script("V2__price.sql", "alter table item add price int;");
        MigrationManager migrations = Schemas.migrations(db, root);
        Schemas.migrate(migrations);
        script("V1__item.sql", "create table item (id bigint primary key);");
        script("V3__more.sql", "create table more (id int);");

        assertThatThrownBy(() -> Schemas.migrate(migrations))
                .isInstanceOfSatisfying(MigrationException.class, error -> {
                    assertThat(error.code()).isEqualTo("CHECKSUM_CHANGED");
                    assertThat(error.type()).isEqualTo(ErrorType.SCHEMA);
                    assertThat(error.suggestions()).isNotEmpty();
                });

        assertThat(root.resolve("migration/V1__item.sql").toFile().delete()).isTrue();
        assertThatThrownBy(() -> Schemas.migrate(migrations))
                .isInstanceOfSatisfying(
                        MigrationException.class,
                        error -> assertThat(error.code()).isEqualTo("FILE_MISSING"));
        assertThat(one("select to_regclass('more') is null")).isEqualTo("t");
    }

    @Test
    void aRoleWithoutRightsIsToldSo() {
        script("V1__item.sql", "create table secret.item (id int primary key);");
        cluster.primary()
                .execute("drop role if exists clerk; create role clerk login; drop schema if exists secret cascade;"
                        + " create schema secret; grant create on schema public to clerk");

        assertThatThrownBy(() -> Schemas.migrate(Schemas.migrations(
                        db,
                        root,
                        config -> config.credentials(() ->
                                reactor.core.publisher.Mono.just(new dev.evenkeel.config.Credentials("clerk", null))))))
                .isInstanceOfSatisfying(MigrationException.class, error -> {
                    assertThat(error.code()).isEqualTo("42501");
                    assertThat(error.type()).isEqualTo(ErrorType.SCHEMA);
                    assertThat(error.suggestions().toString()).contains("grant");
                });
        assertThat(one("select count(*) from flyway_schema_history")).isEqualTo("0");
        cluster.primary().execute("drop owned by clerk cascade; drop role clerk; drop schema secret");
    }

    @Test
    void aLostConnectionIsToldAndTheNextRunFinishes() {
        script("V1__item.sql", "create table item (id int primary key);");
        script(
                "V2__long.sql",
                "create table half (id int); select pg_sleep(case when random() > 2 then 0 else 0.7 end);");
        MigrationManager migrations = Schemas.migrations(db, root, config -> config.heartbeat(Duration.ofMillis(50)));

        assertThatThrownBy(() -> migrations
                        .runMigrations()
                        .publishOn(Schedulers.boundedElastic())
                        .doOnNext(event -> {
                            if (event instanceof StatementContinued) {
                                cluster.primary()
                                        .execute("select pg_terminate_backend(pid) from pg_stat_activity where"
                                                + " application_name = 'shop:migrate'");
                            }
                        })
                        .blockLast(Schemas.PATIENCE))
                .isInstanceOfSatisfying(MigrationException.class, error -> {
                    assertThat(error.code()).isIn("57P01", "08006");
                    assertThat(error.safeToRetry()).isTrue();
                    assertThat(error.summary()).contains("V2__long.sql");
                });

        Schemas.migrate(Schemas.migrations(db, root));
        assertThat(
                        one(
                                "select string_agg(script, ',' order by installed_rank) from flyway_schema_history where success"))
                .isEqualTo("V1__item.sql,V2__long.sql");
    }

    @Test
    void theMomentOfExecutionIsRightWhateverTheZoneOfTheJvm() {
        script("V1__item.sql", "create table item (id int primary key);");
        TimeZone zone = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
        try {
            MigrationManager migrations = Schemas.migrations(db, root);
            Instant before = Instant.now().minusSeconds(60);
            Schemas.migrate(migrations);
            script("V2__price.sql", "alter table item add price int;");

            List<MigrationRecord> history = Objects.requireNonNull(
                    migrations.getMigrationHistory().collectList().block(Schemas.PATIENCE));

            assertThat(history).extracting(MigrationRecord::version).containsExactly("1", "2");
            MigrationRecord first = history.get(0);
            assertThat(first.name()).isEqualTo("item");
            assertThat(first.executedAt()).isBetween(before, Instant.now().plusSeconds(60));
            assertThat(first.executionTime()).isNotNull();
            assertThat(first.checksum()).isNotNull();
            assertThat(first.status()).isEqualTo(MigrationStatus.COMPLETED);
            assertThat(first.flywayState()).isEqualTo("SUCCESS");
            assertThat(history.get(1).status()).isEqualTo(MigrationStatus.PENDING);
            assertThat(history.get(1).executedAt()).isNull();
        } finally {
            TimeZone.setDefault(zone);
        }
    }

    @Test
    void aSchemaWithoutAHistoryIsRefusedUnlessItsVersionIsGiven() {
        cluster.primary().execute("create table old (id int)");
        script("V1__old.sql", "create table old (id int);");
        script("V2__item.sql", "create table item (id int primary key);");

        assertThatThrownBy(() -> Schemas.migrate(Schemas.migrations(db, root)))
                .isInstanceOfSatisfying(
                        MigrationException.class,
                        error ->
                                assertThat(error.suggestions()).anyMatch(remedy -> remedy.contains("baselineVersion")));

        Schemas.migrate(Schemas.migrations(db, root, config -> config.baselineVersion("1")));
        assertThat(one("select to_regclass('item') is not null")).isEqualTo("t");
    }
}
