package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithPostgres(isolated = true)
class EffectIT {

    private static final String OLD = """
            create table customer (id int primary key, name varchar(50), born timestamp, note text, joined date);
            create table orders (id int primary key, customer int, total int);
            create index orders_customer on orders (customer);
            insert into customer (id, name, note) select g, 'n' || g, '' from generate_series(1, 100) g;""";

    private final PostgresCluster cluster;

    @TempDir
    private Path root;

    private ReactiveDatabaseManager db;
    private MigrationManager migrations;

    EffectIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        Schemas.reset(cluster);
        db = Schemas.start(cluster);
        migrations = Schemas.migrations(db, root);
        script("V1__old.sql", OLD);
        Schemas.migrate(migrations);
        cluster.primary().execute("analyze");
    }

    @AfterEach
    void stop() {
        db.shutdown().block(Schemas.PATIENCE);
        assertThat(cluster.primary().queryOne("select count(*) from pg_database where datname like 'evenkeel%'"))
                .as("scratch databases left behind")
                .isEqualTo("0");
    }

    private void script(String name, String sql) {
        Schemas.write(root.resolve("migration"), name, sql);
    }

    private EffectReport effects(Rehearsal how) {
        return Objects.requireNonNull(migrations.effects(how).block(Schemas.PATIENCE));
    }

    private static String line(StatementEffect statement) {
        return statement.tables().stream().map(EffectIT::line).collect(Collectors.joining("; "));
    }

    /** Without the sizes and the schema. */
    private static String line(TableEffect table) {
        return table.toString().replaceAll(" \\(\\d+ rows live\\)", "").replace("public.", "");
    }

    /** Each in a script of its own: what PostgreSQL does, whatever the statement looks like. */
    @Test
    void tellsTheLockAndTheWorkOfEachStatement() {
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("alter table customer add a int default 5", "customer: ACCESS EXCLUSIVE");
        expected.put(
                "alter table customer add b uuid default gen_random_uuid()",
                "customer: ACCESS EXCLUSIVE, rewritten, scanned, builds customer_pkey");
        expected.put("alter table customer alter name type varchar(100)", "customer: ACCESS EXCLUSIVE");
        expected.put(
                "alter table customer alter name type varchar(20)",
                "customer: ACCESS EXCLUSIVE, rewritten, scanned, builds customer_pkey");
        expected.put("alter table customer alter born type timestamptz", "customer: ACCESS EXCLUSIVE");
        expected.put("alter table customer alter note set not null", "customer: ACCESS EXCLUSIVE, scanned");
        expected.put("alter table orders add check (total > 0) not valid", "orders: ACCESS EXCLUSIVE");
        expected.put(
                "alter table orders validate constraint orders_total_check", "orders: SHARE UPDATE EXCLUSIVE, scanned");
        expected.put(
                "alter table orders add foreign key (customer) references customer",
                "customer: SHARE ROW EXCLUSIVE; orders: SHARE ROW EXCLUSIVE, scanned");
        expected.put("create index total on orders (total)", "orders: SHARE, scanned, builds total");
        expected.put(
                "create index concurrently late on orders (total)",
                "orders: SHARE UPDATE EXCLUSIVE, scanned, builds late");
        expected.put("drop index concurrently late", "orders: SHARE UPDATE EXCLUSIVE");
        expected.put("drop index total", "orders: ACCESS EXCLUSIVE");
        expected.put("comment on table orders is 'x'", "orders: SHARE UPDATE EXCLUSIVE");
        expected.put("alter table customer rename joined to since", "customer: ACCESS EXCLUSIVE, removes joined");
        expected.put("alter table customer drop since", "customer: ACCESS EXCLUSIVE, removes since");
        expected.put("truncate orders", "orders: ACCESS EXCLUSIVE, scanned, builds orders_customer, orders_pkey");
        expected.put("update orders set total = 1", "orders: ROW EXCLUSIVE, scanned");
        expected.put("drop table orders", "customer: ACCESS EXCLUSIVE; orders: ACCESS EXCLUSIVE, removes orders");
        int version = 2;
        for (String sql : expected.keySet()) {
            script("V%d__step.sql".formatted(version++), sql + ";");
        }

        EffectReport report = effects(Rehearsal.onScratch());

        Map<String, String> seen = new LinkedHashMap<>();
        List<String> sqls = List.copyOf(expected.keySet());
        report.statements().forEach(it -> seen.put(sqls.get(seen.size()), line(it)));
        assertThat(seen).isEqualTo(expected);
        assertThat(report.untried()).isEmpty();
        assertThat(report.statements().get(0).tables().get(0).liveRows()).isEqualTo(100);
        assertThat(cluster.primary().queryOne("select count(*) from flyway_schema_history"))
                .isEqualTo("1");
    }

    @Test
    void whatAScriptMakesItselfStopsNobody() {
        script(
                "V2__new.sql",
                "create table item (id int); create index on item (id); alter table item alter id type bigint;");

        assertThat(effects(Rehearsal.onScratch()).statements())
                .extracting(EffectIT::line)
                .containsExactly("", "", "");
    }

    @Test
    void onTheLiveDatabaseEverythingIsRolledBack() {
        script(
                "V2__type.sql",
                "alter table customer alter id type bigint; update customer set note = 'x' where id < 11;");
        script("V3__index.sql", "create index concurrently note on customer (note);");
        script("V4__more.sql", "alter table customer add last text;");
        String before = cluster.primary().queryOne("select pg_relation_filenode('customer')");

        EffectReport report = effects(Rehearsal.onDatabase());

        assertThat(report.statements())
                .extracting(EffectIT::line)
                .containsExactly(
                        "customer: ACCESS EXCLUSIVE, rewritten, scanned, builds customer_pkey",
                        "customer: ACCESS EXCLUSIVE, scanned, 10 rows changed",
                        "");
        assertThat(report.untried()).containsExactly("V3__index.sql");
        assertThat(cluster.primary().queryOne("select pg_relation_filenode('customer')"))
                .isEqualTo(before);
        assertThat(cluster.primary().queryOne("select count(*) from customer where note = 'x'"))
                .isEqualTo("0");
        assertThat(cluster.primary().queryOne("select count(*) from flyway_schema_history"))
                .isEqualTo("1");
        assertThat(Schemas.migrate(migrations)).isNotEmpty();
    }

    @Test
    void aPolicyStopsTheReleaseUnlessTheScriptSaysThatItIsMeant() {
        script("V2__type.sql", "alter table orders alter total type bigint;");
        script("V3__index.sql", "create index on orders (total);");
        EffectReport report = effects(Rehearsal.onScratch());

        assertThatThrownBy(() -> report.require(EffectPolicy.FAIL_ON_REWRITE, EffectPolicy.FAIL_ON_SCAN))
                .isInstanceOfSatisfying(MigrationException.class, error -> {
                    assertThat(error.code()).isEqualTo("EFFECT_REFUSED");
                    assertThat(error.summary())
                            .contains(
                                    "V2__type.sql, statement 1 (alter table orders alter total type bigint): public.orders is"
                                            + " rewritten")
                            .contains("V3__index.sql, statement 1");
                    assertThat(error.suggestions()).anyMatch(it -> it.contains("indexes concurrently"));
                });
        report.require(EffectPolicy.FAIL_ON_REMOVAL);

        script("V2__type.sql", "-- evenkeel: assured REWRITE small table\nalter table orders alter total type bigint;");
        effects(Rehearsal.onScratch()).require(EffectPolicy.FAIL_ON_REWRITE);
        assertThat(effects(Rehearsal.onScratch().since("2")).statements())
                .extracting(StatementEffect::script)
                .containsExactly("V3__index.sql");
    }

    @Test
    void aScriptThatFailsIsNamedAndNothingIsLeft() {
        script("V2__broken.sql", "alter table orders add x int; alter table nobody add y int;");

        assertThatThrownBy(() -> effects(Rehearsal.onScratch()))
                .isInstanceOfSatisfying(MigrationException.class, error -> {
                    assertThat(error.code()).isEqualTo("42P01");
                    assertThat(error.summary()).contains("V2__broken.sql failed at statement 2");
                });
        assertThatThrownBy(() -> effects(Rehearsal.onDatabase())).isInstanceOf(MigrationException.class);
        assertThat(cluster.primary()
                        .queryOne("select count(*) from information_schema.columns where column_name = 'x'"))
                .isEqualTo("0");
    }
}
