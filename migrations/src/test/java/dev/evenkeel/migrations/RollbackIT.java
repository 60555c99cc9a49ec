package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.MigrationEvent.MigrationUndone;
import dev.evenkeel.migrations.MigrationEvent.SchemaChanged;
import dev.evenkeel.migrations.MigrationEvent.SchemaFound;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithPostgres(isolated = true)
class RollbackIT {

    private final PostgresCluster cluster;

    @TempDir
    private Path root;

    private ReactiveDatabaseManager db;
    private MigrationManager migrations;

    RollbackIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        Schemas.reset(cluster);
        db = Schemas.start(cluster);
        migrations = Schemas.migrations(db, root);
        script("migration", "V1__item.sql", "create table item (id int primary key, name text);");
        script("migration", "V2__price.sql", "alter table item add price int;");
        script("migration", "V3__customer.sql", "create table customer (id int); insert into customer values (7);");
        script("rollback", "U1__item.sql", "drop table item;");
        script("rollback", "U2__price.sql", "alter table item drop column price;");
        script("rollback", "U3__customer.sql", "drop table customer;");
    }

    @AfterEach
    void stop() {
        db.shutdown().block(Schemas.PATIENCE);
    }

    private void script(String folder, String name, String sql) {
        Schemas.write(root.resolve(folder), name, sql);
    }

    private String one(String query) {
        return cluster.primary().queryOne(query);
    }

    private List<MigrationRecord> history() {
        return Objects.requireNonNull(
                migrations.getMigrationHistory().collectList().block(Schemas.PATIENCE));
    }

    @Test
    void undoesTheNewestFirstAndHoldsThemUntilTheyAreReleased() {
        Schemas.migrate(migrations);

        List<MigrationEvent> events = Schemas.rollback(migrations, "2");

        assertThat(events)
                .filteredOn(MigrationUndone.class::isInstance)
                .extracting(event -> ((MigrationUndone) event).version())
                .containsExactly("3", "2");
        assertThat(events)
                .filteredOn(MigrationUndone.class::isInstance)
                .allSatisfy(event ->
                        assertThat(((MigrationUndone) event).differences()).isEmpty());
        assertThat(events.get(events.size() - 1))
                .isInstanceOfSatisfying(
                        SchemaChanged.class, done -> assertThat(done.version()).isEqualTo("1"));
        assertThat(one("select to_regclass('customer') is null")).isEqualTo("t");
        assertThat(history())
                .extracting(MigrationRecord::version, MigrationRecord::status, MigrationRecord::flywayState)
                .containsExactly(
                        tuple("1", MigrationStatus.COMPLETED, "SUCCESS"),
                        tuple("2", MigrationStatus.ROLLED_BACK, "DELETED"),
                        tuple("3", MigrationStatus.ROLLED_BACK, "DELETED"),
                        tuple("2", MigrationStatus.PENDING, "ABOVE_TARGET"),
                        tuple("3", MigrationStatus.PENDING, "ABOVE_TARGET"));

        assertThat(Schemas.migrate(migrations)).containsExactly(new SchemaFound("1", List.of("2", "3")));
        assertThat(migrations.release().block(Schemas.PATIENCE)).isTrue();
        assertThat(migrations.release().block(Schemas.PATIENCE)).isFalse();
        Schemas.migrate(migrations);
        assertThat(one("select count(*) from customer")).isEqualTo("1");
        Schemas.rollback(migrations, "1");
        assertThat(one("select to_regclass('item') is null")).isEqualTo("t");
    }

    /** Ranks were once sorted as texts: 10 before 2. Then the oldest rows counted as the newest. */
    @Test
    void aHistoryOfMoreThanTenRowsKeepsItsOrder() {
        for (int round = 0; round < 4; round++) {
            Schemas.migrate(migrations);
            Schemas.rollback(migrations, "1");
            migrations.release().block(Schemas.PATIENCE);
        }
        Schemas.migrate(migrations);

        assertThat(Schemas.migrate(migrations)).containsExactly(new SchemaFound("3", List.of()));
        assertThat(one("select count(*) from flyway_schema_history")).isEqualTo("27");
    }

    @Test
    void plainFlywayWorksBeforeBetweenAndAfter() {
        Flyway plain = Schemas.plainFlyway(cluster, root);
        plain.migrate();
        Schemas.rollback(migrations, "3");
        assertThat(plain.info().current().getVersion().getVersion()).isEqualTo("2");
        assertThat(plain.info().pending()).hasSize(1);
        plain.repair();
        assertThat(plain.migrate().migrationsExecuted).isEqualTo(1);
        plain.validate();

        Schemas.rollback(migrations, "2");
        assertThat(plain.info().current().getVersion().getVersion()).isEqualTo("1");
        assertThat(plain.migrate().migrationsExecuted).isEqualTo(2);
        plain.validate();
        assertThat(plain.info().applied())
                .filteredOn(info -> info.getState() == MigrationState.SUCCESS)
                .hasSize(3);
        assertThat(migrations.validateSchema().block(Schemas.PATIENCE).findings())
                .isEmpty();
    }

    /** Another client applied them, so how the schema looked in between is not known, and nothing can be derived. */
    @Test
    void aMissingUndoIsRefusedBeforeAnythingIsUndone() {
        Schemas.plainFlyway(cluster, root).migrate();
        assertThat(root.resolve("rollback/U2__price.sql").toFile().delete()).isTrue();

        assertThatThrownBy(() -> Schemas.rollback(migrations, "1"))
                .isInstanceOfSatisfying(MigrationException.class, error -> {
                    assertThat(error.code()).isEqualTo("UNDO_MISSING");
                    assertThat(error.type()).isEqualTo(ErrorType.SCHEMA);
                    assertThat(error.summary()).contains("V2__price.sql");
                });
        assertThatThrownBy(() -> Schemas.rollback(migrations, "4"))
                .isInstanceOfSatisfying(
                        MigrationException.class,
                        error -> assertThat(error.code()).isEqualTo("NOT_APPLIED"));
        assertThat(one("select count(*) from flyway_schema_history where type = 'DELETE'"))
                .isEqualTo("0");
    }

    @Test
    void aBrokenUndoUndoesNothingAtAll() {
        Schemas.migrate(migrations);
        script("rollback", "U2__price.sql", "alter table item drop column price; drop table nobody_knows;");

        assertThatThrownBy(() -> Schemas.rollback(migrations, "1"))
                .isInstanceOfSatisfying(MigrationException.class, error -> {
                    assertThat(error.code()).isEqualTo("42P01");
                    assertThat(error.summary()).contains("U2__price.sql failed at statement 2");
                });
        assertThat(one("select to_regclass('customer') is not null")).isEqualTo("t");
        assertThat(one("select count(*) from flyway_schema_history where type = 'DELETE'"))
                .isEqualTo("0");
        assertThat(Schemas.migrate(migrations)).containsExactly(new SchemaFound("3", List.of()));
    }

    @Test
    void anUndoThatLeavesSomethingBehindSaysWhat() {
        Schemas.migrate(migrations);
        script("rollback", "U3__customer.sql", "alter table customer rename to customer_old;");

        List<MigrationEvent> events = Schemas.rollback(migrations, "3");

        assertThat(events)
                .filteredOn(MigrationUndone.class::isInstance)
                .singleElement()
                .satisfies(event -> assertThat(((MigrationUndone) event).differences())
                        .extracting(SchemaDifference::toString)
                        .contains("table customer_old was added"));
    }

    @Test
    void anUndoThatCannotRunInATransactionIsOneOfItsOwn() {
        script("migration", "V4__index.sql", "create index concurrently item_name on item (name);");
        script("rollback", "U4__index.sql", "drop index concurrently if exists item_name;");
        Schemas.migrate(migrations);

        Schemas.rollback(migrations, "3");

        assertThat(one("select to_regclass('item_name') is null and to_regclass('customer') is null"))
                .isEqualTo("t");
        assertThat(one("select version from evenkeel_rollback")).isEqualTo("3");
    }
}
