package dev.evenkeel.monitoring;

import static dev.evenkeel.monitoring.Managers.PATIENCE;
import static dev.evenkeel.monitoring.Managers.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.monitoring.Recommendation.Severity;
import dev.evenkeel.monitoring.advice.Advice;
import dev.evenkeel.monitoring.advice.Advisor;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A fault is put into a healthy database, is found, and is gone once the remedy was run. */
@WithPostgres(
        replicas = 0,
        settings = {
            "fsync=on",
            "full_page_writes=on",
            "max_prepared_transactions=5",
            "wal_level=logical",
            "autovacuum_naptime=1h"
        },
        isolated = true)
class AdviceIT {

    /** A test has neither gigabytes nor weeks. */
    private static final AdviceConfig SMALL = AdviceConfig.defaults()
            .with(Threshold.UNUSED_INDEX_BYTES, 1 << 20)
            .with(Threshold.UNUSED_INDEX_AGE, 0)
            .with(Threshold.COVERED_INDEX_BYTES, 0)
            .with(Threshold.BLOAT_BYTES, 1 << 20)
            .with(Threshold.VACUUM_PATIENCE, 0)
            .with(Threshold.OLD_TRANSACTION, 0.1)
            .with(Threshold.PREPARED_TRANSACTION, 0)
            .with(Threshold.SLOT_BYTES, 0)
            .with(Threshold.IDLE_IN_TRANSACTION, 0.1)
            .with(Threshold.LONG_RUNNING, 0.1)
            .with(Threshold.LOCK_WAIT, 0.1)
            .with(Threshold.HOT_UPDATES, 1_000);

    private static final String HEALTHY = """
            drop schema if exists shop cascade;
            create schema shop;
            create table shop.customer (id bigint primary key, email text not null unique, name text);
            create table shop.orders (id bigint generated always as identity primary key,
                customer bigint not null references shop.customer, placed timestamptz not null default now(), total numeric);
            create index on shop.orders (customer);
            create index on shop.orders (placed) where total > 100;
            create table shop.item (orders bigint references shop.orders, line int, product text, primary key (orders, line));
            insert into shop.customer select g, g || '@example.org', 'name ' || g from generate_series(1, 5000) g;
            insert into shop.orders (customer, placed, total)
                select 1 + g % 5000, now() - g * interval '1 minute', g % 200 from generate_series(1, 20000) g;
            insert into shop.item select 1 + g / 2, g % 2, 'product ' || g % 100 from generate_series(0, 39998) g;
            """;

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    AdviceIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        db = Managers.start(cluster);
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    /**
     * One fault.
     *
     * @param seed brings it about
     * @param object what the finding is about
     */
    private record Fault(String rule, String object, List<String> seed) {}

    private static Fault fault(String rule, String object, String... seed) {
        return new Fault(rule, object, List.of(seed));
    }

    private static final List<Fault> FAULTS = List.of(
            fault("unindexed-foreign-key", "shop.orders (orders_customer_fkey)", "drop index shop.orders_customer_idx"),
            fault("duplicate-index", "shop.twin", "create index twin on shop.orders (customer)"),
            fault(
                    "prefix-covered-index",
                    "shop.orders_customer_idx",
                    "create index \"Longer One\" on shop.orders (customer, placed)"),
            fault(
                    "unused-index",
                    "shop.\"Nobody's\"",
                    "create index \"Nobody's\" on shop.item (product, line, orders)",
                    "insert into shop.item select 100 + g % 19000, 100 + g, 'p' || g from generate_series(1, 20000) g",
                    "vacuum analyze shop.item"),
            fault(
                    "invalid-index",
                    "shop.broken",
                    "create table shop.dup (id int primary key, v int)",
                    "insert into shop.dup values (1, 1), (2, 1)",
                    "create unique index concurrently broken on shop.dup (v)"),
            fault(
                    "sequence-overflow",
                    "shop.small_id_seq",
                    "create table shop.small (id serial primary key)",
                    "select setval('shop.small_id_seq', 2000000000)"),
            fault(
                    "sequence-overflow",
                    "shop.orders_id_seq",
                    "select setval('shop.orders_id_seq', 2000000000)",
                    "alter table shop.item drop constraint item_orders_fkey",
                    "alter table shop.orders alter column id type int",
                    "analyze shop.orders"),
            fault(
                    "stale-statistics",
                    "shop.fresh",
                    "create table shop.fresh (id int primary key)",
                    "insert into shop.fresh select generate_series(1, 5000)"),
            fault(
                    "dead-rows",
                    "shop.orders",
                    "update shop.orders set total = total + 1",
                    "update shop.orders set total = total + 1"),
            fault(
                    "table-bloat",
                    "shop.orders",
                    "update shop.orders set total = total + 1",
                    "update shop.orders set total = total + 1",
                    "update shop.orders set total = total + 1",
                    "vacuum analyze shop.orders"),
            fault(
                    "index-bloat",
                    "shop.wide_key",
                    "create table shop.wide (id int, v text)",
                    "create index wide_key on shop.wide (v)",
                    "insert into shop.wide select g, repeat('x', 50) || g from generate_series(1, 40000) g",
                    "delete from shop.wide where id % 20 <> 0",
                    "vacuum analyze shop.wide"),
            fault("autovacuum-disabled", "shop.orders", "alter table shop.orders set (autovacuum_enabled = false)"),
            fault(
                    "not-validated-constraint",
                    "shop.orders (positive)",
                    "alter table shop.orders add constraint positive check (total >= 0) not valid"),
            fault(
                    "foreign-key-type-mismatch",
                    "shop.note (note_customer_fkey)",
                    "create table shop.note (id int primary key, customer int references shop.customer)"),
            fault("no-primary-key", "shop.loose", "create table shop.loose (v int)"),
            fault(
                    "few-hot-updates",
                    "shop.customer",
                    "create index on shop.customer (name)",
                    "update shop.customer set name = name || '!'",
                    "vacuum analyze shop.customer"),
            fault(
                    "prepared-transaction",
                    "prepared transaction forgotten",
                    "begin; insert into shop.customer values (0, 'x', 'y'); prepare transaction 'forgotten'"),
            fault(
                    "inactive-slot",
                    "slot forgotten",
                    "select pg_create_physical_replication_slot('forgotten', true)",
                    "create table shop.log as select g from generate_series(1, 1000) g"),
            fault(
                    "unsafe-setting",
                    "setting autovacuum",
                    "alter system set autovacuum = off",
                    "select pg_reload_conf()"));

    private void healthy() {
        sql("alter system reset all");
        sql("select pg_reload_conf()");
        sql("select pg_stat_reset()");
        sql(HEALTHY);
        // What a session has counted shows when it has ended on the server, which may be behind the analysis.
        awaitCounted("(select sum(n_tup_ins) = 64999 from pg_stat_user_tables where schemaname = 'shop'), false");
        sql("vacuum analyze shop.customer");
        sql("vacuum analyze shop.orders");
        sql("vacuum analyze shop.item");
        for (int i = 0; i < 3; i++) {
            sql("select count(*) from shop.orders where customer = 7 and placed < now()");
            sql("select * from shop.customer where email = '7@example.org'");
            sql("select * from shop.item where orders = 7");
        }
        awaitCounted("(select bool_and(idx_scan >= 3) from pg_stat_user_indexes"
                + " where indexrelname in ('orders_customer_idx', 'customer_email_key', 'item_pkey')), false");
    }

    private void awaitCounted(String what) {
        await(
                "the server has counted: " + what,
                () -> cluster.primary()
                        .queryOne("select coalesce(" + what + ")::text")
                        .equals("true"));
    }

    /** An error is part of a fault. */
    private void sql(String text) {
        try (Connection connection = DriverManager.getConnection(cluster.jdbcUrl(cluster.primary()));
                Statement statement = connection.createStatement()) {
            statement.execute(text);
        } catch (SQLException expected) {
            if (!text.contains("unique index concurrently")) {
                throw new IllegalStateException(text, expected);
            }
        }
    }

    private Advice advice(AdviceConfig config) {
        return advice(db, new Advisor(config));
    }

    private Advice advice(ReactiveDatabaseManager manager, Advisor advisor) {
        return Objects.requireNonNull(
                manager.inspect(Managers.name(cluster.primary()), connection -> advisor.advise(connection))
                        .blockLast(PATIENCE));
    }

    private List<Recommendation> found(AdviceConfig config, String rule, String object) {
        return advice(config).found().stream()
                .filter(found -> found.rule().equals(rule) && found.object().equals(object))
                .toList();
    }

    @TestFactory
    Stream<DynamicTest> aFaultIsFoundAndItsRemedyMendsIt() {
        return FAULTS.stream()
                .map(fault -> DynamicTest.dynamicTest(fault.rule() + " " + fault.object(), () -> {
                    healthy();
                    assertThat(found(SMALL, fault.rule(), fault.object()))
                            .as("before")
                            .isEmpty();
                    fault.seed().forEach(this::sql);
                    await(
                            fault.rule(),
                            () -> !found(SMALL, fault.rule(), fault.object()).isEmpty());
                    Recommendation finding =
                            found(SMALL, fault.rule(), fault.object()).get(0);
                    assertThat(finding.evidence()).isNotEmpty();
                    assertThat(finding.remedy()).isNotEmpty();

                    finding.remedy().forEach(this::sql);
                    await(
                            fault.rule() + " is mended",
                            () -> found(SMALL, fault.rule(), fault.object()).isEmpty());
                }));
    }

    /** Its age cannot be made, so the bound is set to it. */
    @Test
    void transactionNumbersThatGrowOldAreFound() {
        healthy();
        for (int i = 0; i < 40; i++) {
            sql("select pg_current_xact_id()");
        }
        AdviceConfig low = SMALL.with(Threshold.WRAPAROUND_WARNING, 30).with(Threshold.WRAPAROUND_CRITICAL, 1_000_000);
        assertThat(found(low, "wraparound", "shop.customer")).singleElement().satisfies(found -> {
            assertThat(found.severity()).isEqualTo(Severity.WARNING);
            found.remedy().forEach(this::sql);
        });
        assertThat(found(low, "wraparound", "shop.customer")).isEmpty();
        assertThat(found(low.with(Threshold.WRAPAROUND_CRITICAL, 31), "wraparound", "shop.orders"))
                .singleElement()
                .satisfies(found -> assertThat(found.severity()).isEqualTo(Severity.CRITICAL));
    }

    @Test
    void aQueueForALockIsFoundWithItsHeadAndEndsWithIt() throws Exception {
        healthy();
        List<Connection> sessions = new ArrayList<>();
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                Connection session = DriverManager.getConnection(cluster.jdbcUrl(cluster.primary()));
                session.setAutoCommit(false);
                sessions.add(session);
            }
            execute(sessions.get(0), "update shop.orders set total = 0 where id = 1");
            waiting.add(CompletableFuture.runAsync(
                    () -> execute(sessions.get(1), "alter table shop.orders add column later int")));
            await("the change of the table waits", () -> !found("lock-queue").isEmpty());
            waiting.add(CompletableFuture.runAsync(
                    () -> execute(sessions.get(2), "select * from shop.orders where id = 2")));
            await(
                    "both wait",
                    () -> found("lock-queue").stream()
                            .anyMatch(found -> found.summary().startsWith("2 sessions")));

            Recommendation queue = found("lock-queue").get(0);
            assertThat(queue.evidence()).containsEntry("length of the queue", "2");
            assertThat(found("idle-in-transaction")).hasSize(1);
            queue.remedy().forEach(this::sql);
            assertThat(waiting.get(0)).succeedsWithin(PATIENCE);
        } finally {
            for (Connection session : sessions) {
                session.close();
            }
        }
        await(
                "all is quiet",
                () -> found("lock-queue").isEmpty()
                        && found("idle-in-transaction").isEmpty());
    }

    private List<Recommendation> found(String rule) {
        return advice(SMALL).found().stream()
                .filter(found -> found.rule().equals(rule))
                .toList();
    }

    private static void execute(Connection connection, String text) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(text);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aHealthyDatabaseGivesNoReasonForAnything() {
        healthy();

        assertThat(advice(AdviceConfig.defaults()).found()).isEmpty();
        assertThat(advice(AdviceConfig.defaults()).skipped()).isEmpty();
        assertThat(advice(SMALL).found()).isEmpty();
    }

    @Test
    void anOrdinaryRoleGetsWhatItMaySee() {
        healthy();
        sql("drop role if exists plain");
        sql("create role plain login");
        sql("create index twin on shop.orders (customer)");
        String url = cluster.url(cluster.primary()).replaceFirst("//[^@]*@", "//plain@");
        ReactiveDatabaseManager plain = Managers.start(cluster, config -> config.primary(url));
        try {
            Advice advice = advice(plain, new Advisor(AdviceConfig.defaults()));
            assertThat(advice.found()).extracting(Recommendation::rule).containsExactly("duplicate-index");
            assertThat(advice.skipped()).isEmpty();
        } finally {
            plain.shutdown().block(PATIENCE);
        }
    }
}
