package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.create.NewMigration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CreateMigrationTest {

    @TempDir
    private Path sources;

    private CreatedMigration create(String sql) {
        return new NewMigration(sources, "Add customer: e-mail", sql, null).write();
    }

    @Test
    void writesTheNextVersionAndItsUndo() throws IOException {
        Schemas.write(sources.resolve("db/migration"), "V1__first.sql", "select 1;");
        Schemas.write(sources.resolve("db/migration"), "V2_5__second.sql", "select 1;");

        CreatedMigration created = new NewMigration(
                        sources,
                        "Add customer: e-mail",
                        "alter table customer add email text",
                        "alter table customer drop email")
                .write();

        assertThat(created.version()).isEqualTo("3");
        assertThat(created.script()).isEqualTo(sources.resolve("db/migration/V3__add_customer_e_mail.sql"));
        assertThat(created.undo()).isEqualTo(sources.resolve("db/rollback/U3__add_customer_e_mail.sql"));
        assertThat(created.transactional()).isTrue();
        assertThat(Files.readString(created.script())).isEqualTo("alter table customer add email text\n");
        assertThat(Files.readString(created.undo())).isEqualTo("alter table customer drop email\n");
    }

    @Test
    void goesOnWithMomentsWhereVersionsAreMoments() {
        Schemas.write(sources.resolve("db/migration"), "V20240101120000__first.sql", "select 1;");

        assertThat(create("create table t (id int)").version()).hasSize(14).isGreaterThan("20240101120000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create index concurrently i on t (a)",
                "drop index concurrently i",
                "reindex index concurrently i",
                "alter table t detach partition p concurrently",
                "vacuum t",
                "alter system set work_mem = '1MB'"
            })
    void saysBesideTheScriptThatItCannotRunInATransaction(String sql) throws IOException {
        CreatedMigration created = create(sql);

        assertThat(created.transactional()).isFalse();
        assertThat(Files.readString(Path.of(created.script() + ".conf"))).isEqualTo("executeInTransaction=false\n");
        assertThat(Path.of(created.undo() + ".conf")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "INDEX | create unique index i on t (a)",
                "DROP_INDEX | drop index i",
                "REINDEX | reindex table t",
                "DETACH | alter table t detach partition p",
                "FOREIGN_KEY | alter table t add constraint f foreign key (a) references u (a)",
                "CHECK | alter table t add constraint c check (a > 0)",
                "CHECK | alter table t add column a int default 1 check (a > 0)",
                "NOT_NULL | alter table t alter column a set not null",
                "UNIQUE | alter table t add constraint c unique (a)",
                "UNIQUE | alter table only public.t add primary key (a)",
                "COLUMN_TYPE | alter table t alter column a type bigint",
                "COLUMN_VALUES | alter table t add column a uuid default gen_random_uuid()",
                "COLUMN_VALUES | alter table t add a bigserial",
                "COLUMN_VALUES | alter table t add a int generated always as (b * 2) stored",
                "COLUMN_REQUIRED | alter table t add column a int not null",
                "DROP | alter table t drop column a",
                "DROP | drop table t",
                "RENAME | alter table t rename column a to b",
                "RENAME | alter table t rename to u",
                "CASCADE | truncate t cascade",
                "REWRITE | vacuum full t",
            })
    void refusesWhatWouldStopTheTrafficAndNamesTheSafeWay(String rule, String sql) {
        assertThatThrownBy(() -> create(sql)).isInstanceOfSatisfying(MigrationException.class, error -> {
            assertThat(error.code()).isEqualTo("MIGRATION_UNSAFE");
            assertThat(error.summary()).contains("[" + rule + "]").contains("line 1");
            assertThat(error.suggestions()).isNotEmpty();
        });
        assertThat(sources.resolve("db")).doesNotExist();

        assertThat(create("-- evenkeel: assured " + rule + " nobody uses it yet\n" + sql)
                        .script())
                .exists();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create table t (id int primary key, a int references u check (a > 0)); create index i on t (a);"
                        + " alter table t add unique (a); alter table t alter column a set not null",
                "alter table t add column a int",
                "alter table t add column a int not null default 5",
                "alter table t add column a timestamptz default now()",
                "alter table t add constraint f foreign key (a) references u (a) not valid",
                "alter table t validate constraint f",
                "alter table t add constraint c unique using index i",
                "insert into t values ('drop table t; alter table t rename to u')",
                "create function f() returns int language sql as $$ select 1; drop table t $$"
            })
    void letsThroughWhatStopsNobody(String sql) {
        assertThat(create(sql).warnings()).isEmpty();
    }

    @Test
    void refusesAConcurrentIndexBesideOtherStatementsAndAConstraintThatIsValidatedAtOnce() {
        assertThatThrownBy(() -> create("create table u (id int); create index concurrently i on t (a)"))
                .hasMessageContaining("a script of its own");
        assertThatThrownBy(() -> create("alter table t add constraint c check (a > 0) not valid;"
                        + " alter table t validate constraint c"))
                .hasMessageContaining("in a script of its own");
    }

    @Test
    void warnsOfWhatIsOnlyWorthALook() {
        assertThat(create("update t set a = 'secret'").warnings())
                .singleElement()
                .satisfies(warning -> assertThat(warning).contains("batches").doesNotContain("secret"));
    }

    @Test
    void refusesANameOfNothingAndAScriptOfNothing() {
        assertThatThrownBy(() -> new NewMigration(sources, " -/- ", "select 1", null))
                .isInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() -> create("-- later\n;")).isInstanceOf(MigrationException.class);
    }
}
