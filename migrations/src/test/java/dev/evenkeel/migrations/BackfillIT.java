package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.TransactionOptions;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Each row counts its turns, so that a batch that is applied twice or skipped shows. */
@WithPostgres(isolated = true)
class BackfillIT {

    private static final Logger figures = LoggerFactory.getLogger("figures");

    /** Makes a batch last, so that something can happen in the middle of it. */
    private static final String SLOWLY = "pg_sleep(0.0001) is not null";

    private static final String BATCHES =
            " from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and query like 'with evenkeel_page%'";

    private final PostgresCluster cluster;

    @TempDir
    private Path root;

    private ReactiveDatabaseManager db;
    private ReactiveDatabaseManager other;

    BackfillIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        Schemas.reset(cluster);
        db = Schemas.start(cluster);
        other = Schemas.start(cluster);
    }

    @AfterEach
    void stop() {
        db.shutdown().block(Schemas.PATIENCE);
        other.shutdown().block(Schemas.PATIENCE);
    }

    private void orders(int rows) {
        cluster.primary()
                .execute("create table orders (id bigint primary key, visits int not null default 0,"
                        + " turns int not null default 0); insert into orders select n from generate_series(1, " + rows
                        + ") n");
    }

    private static Backfill.Builder turns() {
        return Backfill.of("turns").table("orders").key("id").set("turns = turns + 1");
    }

    private Flux<BackfillProgress> run(ReactiveDatabaseManager manager, Backfill.Builder backfill) {
        return Schemas.migrations(manager, root).backfill(backfill.build());
    }

    private static List<BackfillProgress> all(Flux<BackfillProgress> run) {
        return Objects.requireNonNull(run.collectList().block(Schemas.PATIENCE));
    }

    private static BackfillProgress last(List<BackfillProgress> values) {
        return values.get(values.size() - 1);
    }

    private String ask(String sql) {
        return cluster.primary().queryOne(sql);
    }

    private void assertEachHadOneTurn(int rows) {
        assertThat(ask("select count(*) || ' ' || min(turns) || ' ' || max(turns) from orders where id <= " + rows))
                .isEqualTo(rows + " 1 1");
    }

    private void awaitBatch() {
        Schemas.await("a batch", () -> !ask("select count(*)" + BATCHES).equals("0"));
    }

    @Test
    void changesEachRowOnceBesideWriters() {
        orders(20_000);
        cluster.primary().execute("analyze orders");
        AtomicLong visits = new AtomicLong();
        AtomicBoolean working = new AtomicBoolean(true);
        Disposable writers = Flux.range(0, 3)
                .flatMap(writer -> Mono.defer(() -> other.query(
                                        "update orders set visits = visits + 1 where id = $1",
                                        ThreadLocalRandom.current().nextLong(1, 20_001))
                                .rowsUpdated()
                                .doOnNext(visits::addAndGet))
                        .repeat(working::get))
                .subscribe();
        Schemas.await("writers", () -> visits.get() > 0);

        List<BackfillProgress> values =
                all(run(db, turns().batchTime(Duration.ofMillis(40)).dutyCycle(0.8)));

        working.set(false);
        Schemas.await("the writers' end", writers::isDisposed);
        figures.info(
                "backfill of 20000 rows beside 3 writers: {} batches in {} ms, {} writes meanwhile",
                values.size(),
                last(values).elapsed().toMillis(),
                visits);
        assertEachHadOneTurn(20_000);
        assertThat(ask("select sum(visits) from orders")).isEqualTo("" + visits);
        assertThat(last(values).done()).isTrue();
        assertThat(last(values).changed()).isEqualTo(20_000);
        assertThat(last(values).lookedAt()).isEqualTo(20_000);
        assertThat(last(values).estimate()).isEqualTo(20_000);
        assertThat(values).extracting(BackfillProgress::lookedAt).isSorted();
        assertThat(values).extracting(BackfillProgress::batchSize).allMatch(size -> size >= 10 && size <= 10_000);
    }

    @Test
    void hasNothingToDoAfterItIsDoneUnlessItBeginsAnew() {
        orders(500);
        all(run(db, turns().where("id % 2 = 0")));

        List<BackfillProgress> again = all(run(db, turns().where("id % 2 = 0")));

        assertThat(again).hasSize(1);
        assertThat(last(again).done()).isTrue();
        assertThat(last(again).lookedAt()).isEqualTo(500);
        assertThat(last(again).changed()).isEqualTo(250);
        assertThatThrownBy(() -> all(run(db, turns())))
                .isInstanceOfSatisfying(
                        MigrationException.class,
                        error -> assertThat(error.code()).isEqualTo("BACKFILL_CHANGED"));

        assertThat(last(all(run(db, turns().restart()))).changed()).isEqualTo(500);
        assertThat(ask("select sum(turns) from orders")).isEqualTo("750");
    }

    @Test
    void isNotSkippedWhenTheTableIsEmpty() {
        orders(0);

        List<BackfillProgress> values = all(run(db, turns()));

        assertThat(values).hasSize(1);
        assertThat(last(values).done()).isTrue();
    }

    @Test
    void goesOnWhereACancelInTheMiddleOfABatchHasStoppedIt() {
        orders(20_000);
        AtomicLong told = new AtomicLong();
        Disposable run = run(db, turns().where(SLOWLY).batchTime(Duration.ofMillis(300)))
                .subscribe(value -> told.set(value.changed()));
        Schemas.await("first batches", () -> told.get() >= 500);
        awaitBatch();
        run.dispose();
        Schemas.await(
                "its end on the server", () -> ask("select count(*)" + BATCHES).equals("0"));

        long remembered = Long.parseLong(ask("select changed from evenkeel_backfill where name = 'turns'"));
        assertThat(remembered).isBetween(told.get(), 19_999L);
        assertThat(ask("select sum(turns) from orders")).isEqualTo("" + remembered);

        List<BackfillProgress> rest = all(run(other, turns()));

        assertThat(rest.get(0).changed()).isGreaterThan(remembered);
        assertThat(last(rest).changed()).isEqualTo(20_000);
        assertEachHadOneTurn(20_000);
    }

    @Test
    void outlivesItsBackendsBeingTerminatedInTheMiddleOfABatch() {
        orders(2_000);
        List<BackfillProgress> values = new CopyOnWriteArrayList<>();
        List<Throwable> errors = new CopyOnWriteArrayList<>();
        Disposable run = run(
                        db,
                        turns().where(SLOWLY).batchTime(Duration.ofMillis(200)).dutyCycle(1))
                .subscribe(values::add, errors::add);
        int killed = 0;
        while (killed < 3 && !run.isDisposed()) {
            killed += ask("select count(pg_terminate_backend(pid))" + BATCHES).equals("0") ? 0 : 1;
        }
        Schemas.await("the end", run::isDisposed);

        assertThat(errors).isEmpty();
        assertThat(killed).isEqualTo(3);
        assertThat(last(values).done()).isTrue();
        assertEachHadOneTurn(2_000);
    }

    @Test
    void isSharedByInstancesThatRunItAtOnce() {
        orders(10_000);
        Backfill.Builder backfill = turns().batchTime(Duration.ofMillis(30));

        List<BackfillProgress> values =
                all(Flux.merge(run(db, backfill), run(other, backfill), run(db, backfill), run(other, backfill)));

        assertThat(values.stream().filter(BackfillProgress::done))
                .hasSize(4)
                .allSatisfy(done -> assertThat(done.changed()).isEqualTo(10_000));
        assertEachHadOneTurn(10_000);
    }

    /** The three errors of a CREATE TABLE that another session runs as well; which of them it is, is a matter of microseconds. */
    @ParameterizedTest
    @ValueSource(strings = {"23505", "42P07", "42710"})
    void goesOnWhenItMeetsAnotherInstanceThatMakesTheTableRegression(String sqlState) {
        orders(100);
        cluster.primary()
                .execute("create sequence creations; create function met() returns event_trigger language plpgsql as"
                        + " $$ begin if nextval('creations') = 1 then raise exception 'met' using errcode = '"
                        + sqlState
                        + "'; end if; end $$; create event trigger met on ddl_command_start when tag in ('CREATE TABLE')"
                        + " execute function met()");

        all(run(db, turns()));

        assertThat(cluster.primary().queryOne("select last_value from creations"))
                .isEqualTo("2");
        assertEachHadOneTurn(100);
    }

    @Test
    void pausesForAllInstancesTogether() {
        orders(1_000);
        Backfill.Builder backfill = turns().where(SLOWLY).dutyCycle(0.01);
        BackfillProgress first = Objects.requireNonNull(run(db, backfill).blockFirst(Schemas.PATIENCE));

        BackfillProgress second = Objects.requireNonNull(run(other, backfill).blockFirst(Schemas.PATIENCE));

        assertThat(first.pause()).isNull();
        assertThat(first.lookedAt()).isEqualTo(100);
        assertThat(second.pause()).contains("another instance");
        assertThat(second.lookedAt()).isEqualTo(100);
    }

    @Test
    void waitsForRowsThatAUserHasLocked() {
        orders(2_000);
        Sinks.Empty<Void> locked = Sinks.empty();
        Sinks.Empty<Void> end = Sinks.empty();
        Disposable user = other.inTransaction(
                        TransactionOptions.builder().timeout(Schemas.PATIENCE).build(),
                        connection -> other.query("update orders set visits = 7 where id = 1500")
                                .on(connection)
                                .rowsUpdated()
                                .doOnNext(row -> locked.tryEmitEmpty())
                                .then(end.asMono())
                                .then())
                .subscribe();
        locked.asMono().block(Schemas.PATIENCE);
        List<BackfillProgress> values = new CopyOnWriteArrayList<>();
        List<Throwable> errors = new CopyOnWriteArrayList<>();
        Disposable run = run(db, turns().lockTimeout(Duration.ofMillis(20))).subscribe(values::add, errors::add);

        Schemas.await(
                "two refusals",
                () -> values.stream()
                                .filter(value ->
                                        value.pause() != null && value.pause().contains("locked"))
                                .count()
                        >= 2);
        assertThat(run.isDisposed()).isFalse();
        end.tryEmitEmpty();
        Schemas.await("the end", () -> run.isDisposed() && user.isDisposed());

        assertThat(errors).isEmpty();
        assertThat(ask("select visits from orders where id = 1500")).isEqualTo("7");
        assertEachHadOneTurn(2_000);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            uuid ; gen_random_uuid()
            text collate "C" ; 'Ä ''\\' || n
            varchar(10) ; n
            numeric ; n / 7.0
            timestamptz ; timestamptz '2026-10-25 00:00:00+02' + n * interval '10 s'
            """)
    void walksAlongKeysOfAnyOrderedType(String type, String value) {
        cluster.primary()
                .execute("create schema shop; create table shop.\"Order \"\"Lines\" (\"The Key\" " + type
                        + " primary key, turns int not null default 0); insert into shop.\"Order \"\"Lines\" select "
                        + value
                        + " from generate_series(1, 1000) n");
        Backfill.Builder backfill = Backfill.of("lines")
                .schema("shop")
                .table("Order \"Lines")
                .key("The Key")
                .set("turns = turns + 1 -- one more")
                .where("turns < 9 -- or more");

        List<BackfillProgress> values = all(run(db, backfill));

        cluster.primary().execute("drop schema if exists kept cascade; alter schema shop rename to kept");
        assertThat(values.size()).isGreaterThan(2);
        assertThat(ask("select count(*) || ' ' || min(turns) || ' ' || max(turns) from kept.\"Order \"\"Lines\""))
                .isEqualTo("1000 1 1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsNoMoreThanItsBatches(boolean analyzed) {
        cluster.primary()
                .execute(
                        "create table orders (id uuid primary key, turns int not null default 0, note text);"
                                + "insert into orders select gen_random_uuid(), 0, repeat('x', 500) from generate_series(1, 10000)");
        if (analyzed) {
            cluster.primary().execute("analyze orders");
        }
        String scans = " from pg_stat_user_tables where relname = 'orders'";

        all(run(db, turns().batchTime(Duration.ofMillis(10))));
        db.shutdown().block(Schemas.PATIENCE);

        Schemas.await(
                "the statistics",
                () -> ask("select idx_scan > 2 and n_tup_upd >= 10000" + scans).equals("t"));
        assertThat(ask("select seq_tup_read" + scans)).isEqualTo("0");
    }

    @Test
    void stopsAtARowThatFailsAndGoesOnWithACorrectedExpression() {
        orders(2_000);

        assertThatThrownBy(() -> all(run(db, turns().set("turns = turns + 1, visits = 4711 / (id - 1700)"))))
                .isInstanceOfSatisfying(MigrationException.class, error -> {
                    assertThat(error.code()).isEqualTo("22012");
                    assertThat(error).hasMessageContaining("turns").hasMessageContaining("visits");
                    assertThat(error.getMessage()).doesNotContain("4711");
                });
        String stopped = ask("select sum(turns) from orders");
        assertThat(Long.parseLong(stopped)).isBetween(1L, 1_699L);

        all(run(db, turns()));

        assertEachHadOneTurn(2_000);
    }

    @Test
    void refusesWhatItCannotWalkAlong() {
        orders(10);
        cluster.primary()
                .execute(
                        "alter table orders add code text, add note int not null default 0; create unique index on orders (code);"
                                + "create unique index on orders (note) where note > 0");

        assertRefused("BACKFILL_NO_TABLE", turns().table("Orders"));
        assertRefused("BACKFILL_NO_TABLE", turns().key("identity"));
        assertRefused("BACKFILL_NO_KEY", turns().key("code"));
        assertRefused("BACKFILL_NO_KEY", turns().key("note"));
        assertRefused("BACKFILL_NO_KEY", turns().key("visits"));
        assertRefused("42703", turns().set("nothing = 1"));
        assertRefused(
                "BACKFILL_CHANGED",
                Backfill.of("turns").table("other").key("id").set("x = 1"));
    }

    private void assertRefused(String code, Backfill.Builder backfill) {
        cluster.primary().execute("create table if not exists other (id int primary key, x int)");
        assertThatThrownBy(() -> all(run(db, backfill)))
                .isInstanceOfSatisfying(
                        MigrationException.class,
                        error -> assertThat(error.code()).isEqualTo(code));
    }

    @Test
    void leavesTheSchemaAsTheMigrationsLeftIt() {
        Schemas.write(
                root.resolve("migration"),
                "V1__orders.sql",
                "create table orders (id int primary key, turns int not null default 0); insert into orders values (1);");
        MigrationManager migrations = Schemas.migrations(db, root);
        Schemas.migrate(migrations);

        all(migrations.backfill(turns().build()));

        assertThat(Objects.requireNonNull(migrations.validateSchema().block(Schemas.PATIENCE))
                        .findings())
                .isEmpty();
    }
}
