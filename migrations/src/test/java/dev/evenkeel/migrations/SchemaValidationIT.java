package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.evenkeel.HealthSnapshot.Check;
import dev.evenkeel.HealthStatus;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.migrations.SchemaFinding.Kind;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithPostgres(isolated = true)
class SchemaValidationIT {

    private final PostgresCluster cluster;

    @TempDir
    private Path root;

    private ReactiveDatabaseManager db;
    private MigrationManager migrations;

    SchemaValidationIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        Schemas.reset(cluster);
        db = Schemas.start(cluster);
        migrations = Schemas.migrations(db, root);
        script("V1__item.sql", """
                create type color as enum ('red', 'green');
                create table item (id bigint generated always as identity primary key, name text not null, paint color);
                create table part (id int primary key, item bigint references item, check (id > 0));
                create index part_item on part (item);
                create view red as select * from item where paint = 'red';
                create function twice(n int) returns int language sql as 'select 2 * n; select 3';
                create sequence ticket;
                create table event (at timestamptz not null) partition by range (at);
                create table event_1 partition of event default;
                """);
    }

    @AfterEach
    void stop() {
        db.shutdown().block(Schemas.PATIENCE);
    }

    private void script(String name, String sql) {
        Schemas.write(root.resolve("migration"), name, sql);
    }

    private SchemaValidation validate() {
        return Objects.requireNonNull(migrations.validateSchema().block(Schemas.PATIENCE));
    }

    private Check healthCheck() {
        return Objects.requireNonNull(db.healthCheck().block(Schemas.PATIENCE))
                .checks()
                .schemaIntegrity();
    }

    @Test
    void aSchemaAsTheMigrationsLeftItIsValid() {
        assertThat(validate().pending()).containsExactly("V1__item.sql");
        Schemas.migrate(migrations);

        SchemaValidation validation = validate();

        assertThat(validation.findings()).isEmpty();
        assertThat(validation.driftChecked()).isTrue();
        assertThat(validation.version()).isEqualTo("1");
        assertThat(validation.pending()).isEmpty();
    }

    @Test
    void findsWhatWasChangedByHand() {
        Schemas.migrate(migrations);
        cluster.primary()
                .execute("alter table item add note text; drop view red; alter type color add value 'blue';"
                        + " alter sequence ticket increment 5; drop index part_item;"
                        + " create or replace function twice(n int) returns int language sql as 'select n + n'");

        assertThat(validate().findings())
                .extracting(SchemaFinding::kind, SchemaFinding::object)
                .containsExactlyInAnyOrder(
                        tuple(Kind.DRIFT, "column item.note"),
                        tuple(Kind.DRIFT, "table red"),
                        tuple(Kind.DRIFT, "view red"),
                        tuple(Kind.DRIFT, "column red.id"),
                        tuple(Kind.DRIFT, "column red.name"),
                        tuple(Kind.DRIFT, "column red.paint"),
                        tuple(Kind.DRIFT, "type color"),
                        tuple(Kind.DRIFT, "sequence ticket"),
                        tuple(Kind.DRIFT, "index part.part_item"),
                        tuple(Kind.DRIFT, "function twice(n integer)"));
    }

    @Test
    void findsInvalidIndexesEditedMissingAndLateScripts() {
        script("V3__more.sql", "create table more (id int);");
        script("V4__gone.sql", "create table gone (id int);");
        script("V5__last.sql", "create table last (id int);");
        Schemas.migrate(migrations);
        script("V2__late.sql", "create table late (id int);");
        script("V3__more.sql", "create table more (id bigint);");
        assertThat(root.resolve("migration/V4__gone.sql").toFile().delete()).isTrue();
        cluster.primary().execute("insert into more values (1), (1)");
        try {
            cluster.primary().execute("create unique index concurrently more_id on more (id)");
        } catch (RuntimeException duplicates) {
            // It leaves an invalid index, which is what we want.
        }

        assertThat(validate().findings())
                .filteredOn(finding -> finding.kind() != Kind.DRIFT)
                .extracting(SchemaFinding::kind, SchemaFinding::object)
                .containsExactlyInAnyOrder(
                        tuple(Kind.FILE_MISSING, "V4__gone.sql"),
                        tuple(Kind.OUT_OF_ORDER, "V2__late.sql"),
                        tuple(Kind.CHECKSUM_CHANGED, "V3__more.sql"),
                        tuple(Kind.INVALID_INDEX, "more_id"));
        assertThat(validate().findings())
                .allSatisfy(finding -> assertThat(finding.remedy()).isNotBlank());
    }

    @Test
    void theHealthSnapshotSaysHowTheSchemaIs() {
        Schemas.migrate(migrations);
        assertThat(healthCheck()).isEqualTo(new Check(HealthStatus.HEALTHY, "as version 1 left it, 0 pending"));

        cluster.primary().execute("alter table item add note text");

        assertThat(healthCheck().status()).isEqualTo(HealthStatus.DEGRADED);
        assertThat(healthCheck().reason()).contains("column item.note was added since the last migration");
        assertThat(Objects.requireNonNull(db.health()
                                .filter(snapshot ->
                                        snapshot.checks().schemaIntegrity().status() == HealthStatus.DEGRADED)
                                .blockFirst(Schemas.PATIENCE))
                        .status())
                .isEqualTo(HealthStatus.DEGRADED);
    }

    @Test
    void aFailedScriptOutsideATransactionIsRememberedAndInTheWay() {
        script("V2__double.sql", "insert into part values (1, null), (2, null);");
        script(
                "V3__index.sql",
                "create index concurrently part_twice on part (id); create unique index concurrently part_double on part ((id / id));");
        assertThatThrownBy(() -> Schemas.migrate(migrations))
                .hasMessageContaining("V3__index.sql failed at statement 2")
                .hasMessageContaining("part of it may be there");

        assertThat(validate().findings())
                .extracting(SchemaFinding::kind)
                .contains(Kind.MIGRATION_FAILED)
                .doesNotContain(Kind.INVALID_INDEX);
        assertThatThrownBy(() -> Schemas.migrate(migrations))
                .hasMessageContaining("V3__index.sql failed and could not be rolled back");
        assertThat(migrations.getMigrationHistory().collectList().block(Schemas.PATIENCE))
                .last()
                .satisfies(record -> assertThat(record.status()).isEqualTo(MigrationStatus.FAILED));
    }
}
