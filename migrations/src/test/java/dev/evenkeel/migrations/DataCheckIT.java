package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.MigrationEvent.CheckPassed;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@WithPostgres(isolated = true)
class DataCheckIT {

    private final PostgresCluster cluster;

    @TempDir
    private Path root;

    private ReactiveDatabaseManager db;
    private MigrationManager migrations;

    DataCheckIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        Schemas.reset(cluster);
        db = Schemas.start(cluster);
        migrations =
                Schemas.migrations(db, root, config -> config.checkLocations("filesystem:" + root.resolve("check")));
        script(
                "migration",
                "V1__item.sql",
                "create table item (id int, name text); insert into item values (1, 'a'), (2, null);");
        Schemas.migrate(migrations);
        script(
                "migration",
                "V2__name.sql",
                "update item set name = coalesce(name, 'nobody'); alter table item add price int;");
    }

    @AfterEach
    void stop() {
        db.shutdown().block(Schemas.PATIENCE);
    }

    private void script(String folder, String name, String sql) {
        Schemas.write(root.resolve(folder), name, sql);
    }

    private String columns() {
        return cluster.primary()
                .queryOne("select string_agg(attname, ' ' order by attnum) from pg_attribute"
                        + " where attrelid = 'item'::regclass and attnum > 0");
    }

    @Test
    void checksThatFindNothingPassAndAreTold() {
        script("check", "V2__ids.pre.sql", "select id from item group by id having count(*) > 1; table item limit 0;");
        script(
                "check",
                "V2__names.post.sql",
                "with x as (select * from item) select * from x where name is null -- none");

        assertThat(Schemas.migrate(migrations))
                .filteredOn(CheckPassed.class::isInstance)
                .extracting(event -> ((CheckPassed) event).check())
                .containsExactly("V2__ids.pre.sql", "V2__names.post.sql");
        assertThat(columns()).isEqualTo("id name price");
    }

    @Test
    void dataThatTheMigrationCannotStandStopsItBeforeItBegins() {
        script("check", "V2__names.pre.sql", "select 1 where false; select * from item where name is null");

        assertThatThrownBy(() -> Schemas.migrate(migrations))
                .isInstanceOfSatisfying(MigrationException.class, error -> {
                    assertThat(error.code()).isEqualTo("PRE_CHECK_FAILED");
                    assertThat(error.summary())
                            .contains(
                                    "query 2 of V2__names.pre.sql (select * from item where name is null) finds 1 rows; it was"
                                            + " not run");
                });
        assertThat(columns()).isEqualTo("id name");
        cluster.primary().execute("delete from item where name is null");
        Schemas.migrate(migrations);
        assertThat(columns()).isEqualTo("id name price");
    }

    @Test
    void dataThatIsWrongAfterwardsTakesTheMigrationBack() {
        script("check", "V2__names.post.sql", "select * from item where name = 'nobody'");

        assertThatThrownBy(() -> Schemas.migrate(migrations))
                .isInstanceOfSatisfying(MigrationException.class, error -> {
                    assertThat(error.code()).isEqualTo("POST_CHECK_FAILED");
                    assertThat(error.summary())
                            .contains("nothing of it was applied")
                            .doesNotContain("nobody");
                });
        assertThat(columns()).isEqualTo("id name");
        assertThat(cluster.primary().queryOne("select count(*) from flyway_schema_history"))
                .isEqualTo("1");
    }

    @Test
    void aScriptThatRunsInNoTransactionIsCheckedInOneOfTheChecksOwn() {
        script("migration", "V2__name.sql", "create index concurrently item_name on item (name);");
        script("check", "V2__names.pre.sql", "select * from item where name is null");

        assertThatThrownBy(() -> Schemas.migrate(migrations)).hasMessageContaining("it was not run");
        cluster.primary().execute("delete from item where name is null");
        Schemas.migrate(migrations);
        assertThat(cluster.primary().queryOne("select to_regclass('item_name') is not null"))
                .isEqualTo("t");
    }

    @Test
    void aCheckCannotWrite() {
        script(
                "check",
                "V2__names.pre.sql",
                "with gone as (delete from item returning 1) select * from gone where false");

        assertThatThrownBy(() -> Schemas.migrate(migrations)).isInstanceOf(MigrationException.class);
        assertThat(cluster.primary().queryOne("select count(*) from item")).isEqualTo("2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "V2__names.sql | select 1 | V<version>__<name>.pre.sql",
                "V9__names.pre.sql | select 1 | there is no version 9",
                "V2__names.pre.sql | delete from item | line 1 (delete from item) is no query"
            })
    void aCheckThatWouldNeverBeAskedIsRefused(String name, String sql, String why) {
        script("check", name, sql);

        assertThatThrownBy(() -> Schemas.migrate(migrations))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(why);
        assertThat(columns()).isEqualTo("id name");
    }
}
