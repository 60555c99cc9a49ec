package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.MigrationEvent.InvalidIndexDropped;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;

@WithPostgres(isolated = true)
class ConcurrentBuildIT {

    private static final String VALID =
            "select coalesce(string_agg(c.relname || ' ' || i.indisvalid, ', '), 'none') from pg_index i"
                    + " join pg_class c on c.oid = i.indexrelid where c.relname like 'item\\_%'";

    private final PostgresCluster cluster;

    @TempDir
    private Path root;

    private ReactiveDatabaseManager db;
    private MigrationManager migrations;

    ConcurrentBuildIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        Schemas.reset(cluster);
        db = Schemas.start(cluster);
        migrations = Schemas.migrations(db, root);
        script("V1__item.sql", "create table item (id int, name text); insert into item values (1, 'a'), (1, 'b');");
    }

    @AfterEach
    void stop() {
        db.shutdown().block(Schemas.PATIENCE);
    }

    private void script(String name, String sql) {
        Schemas.write(root.resolve("migration"), name, sql);
    }

    private void leaveAnInvalidIndex() {
        Schemas.migrate(migrations);
        assertThatThrownBy(() -> cluster.primary().execute("create unique index concurrently item_once on item (id)"))
                .hasMessageContaining("could not create unique index");
        assertThat(cluster.primary().queryOne(VALID)).isEqualTo("item_once false");
        cluster.primary().execute("delete from item where name = 'b'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "if not exists "})
    void anInvalidIndexOfThatNameIsReplacedByAValidOne(String condition) {
        leaveAnInvalidIndex();
        script("V2__once.sql", "create unique index concurrently " + condition + "item_once on item (id);");

        assertThat(Schemas.migrate(migrations)).contains(new InvalidIndexDropped("V2__once.sql", "item_once"));
        assertThat(cluster.primary().queryOne(VALID)).isEqualTo("item_once true");
    }

    @Test
    void aBuildThatFailsLeavesNothingAndIsTriedAgain() {
        script("V2__once.sql", "create unique index concurrently on item (id);");
        List<MigrationEvent> events = new CopyOnWriteArrayList<>();

        assertThatThrownBy(
                        () -> migrations.runMigrations().doOnNext(events::add).blockLast(Schemas.PATIENCE))
                .isInstanceOfSatisfying(MigrationException.class, error -> {
                    assertThat(error.code()).isEqualTo("23505");
                    assertThat(error.summary()).contains("nothing of it is there any more");
                });
        assertThat(events).contains(new InvalidIndexDropped("V2__once.sql", "item_id_idx"));
        assertThat(cluster.primary().queryOne(VALID)).isEqualTo("none");
        assertThat(migrations.validateSchema().block(Schemas.PATIENCE).findings())
                .isEmpty();

        cluster.primary().execute("delete from item where name = 'b'");
        Schemas.migrate(migrations);
        assertThat(cluster.primary().queryOne(VALID)).isEqualTo("item_id_idx true");
    }

    @Test
    void aBuildThatWasCancelledIsFinishedByTheNextRun() {
        Schemas.migrate(migrations);
        cluster.primary().execute("delete from item where name = 'b'");
        script("V2__once.sql", "create unique index concurrently item_once on item (id);");
        try (var reader = DriverManager.getConnection(cluster.jdbcUrl(cluster.primary()))) {
            reader.setAutoCommit(false);
            try (var statement = reader.createStatement()) {
                statement.execute("insert into item values (7, 'c')");
                Disposable run = migrations.runMigrations().subscribe();
                Schemas.await(
                        "the build waits",
                        () -> cluster.primary()
                                .queryOne(
                                        "select count(*) from pg_stat_progress_create_index where phase like 'waiting%'")
                                .equals("1"));
                run.dispose();
                Schemas.await(
                        "the session is gone",
                        () -> cluster.primary()
                                .queryOne(
                                        "select count(*) from pg_stat_activity where application_name = 'shop:migrate'")
                                .equals("0"));
            }
            reader.rollback();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }

        Schemas.migrate(migrations);

        assertThat(cluster.primary().queryOne(VALID)).isEqualTo("item_once true");
        assertThat(migrations.validateSchema().block(Schemas.PATIENCE).isValid())
                .isTrue();
    }
}
