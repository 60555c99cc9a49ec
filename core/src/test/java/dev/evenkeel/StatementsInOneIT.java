package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.ConstraintViolatedException;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.StatementCompleted;
import dev.evenkeel.testkit.Direction;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Result;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Several statements that leave in one write and are one transaction. */
@WithPostgres(isolated = true)
class StatementsInOneIT {

    private final PostgresCluster cluster;
    private FaultProxy proxy;
    private ReactiveDatabaseManager db;

    StatementsInOneIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary()
                .execute(
                        "drop table if exists account; create table account (id text primary key, cents bigint not null"
                                + " check (cents >= 0)); insert into account values ('ada', 100), ('bob', 0)");
        proxy = FaultProxy.to(cluster.primary().host(), cluster.primary().port());
        db = Databases.startBehind(proxy);
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
        proxy.close();
    }

    private Query add(String id, long cents) {
        return db.query("update account set cents = cents + $2 where id = $1", id, cents);
    }

    private Query balanceOf(String id) {
        return db.query("select cents from account where id = $1", id);
    }

    /** Ada gives Bob so much, and is told what she has left. */
    private Mono<Long> transfer(long cents) {
        return balanceOf("ada").after(add("ada", -cents), add("bob", cents)).one(row -> row.get(0, Long.class));
    }

    private String balances() {
        return cluster.primary().queryOne("select string_agg(id || ' ' || cents, ', ' order by id) from account");
    }

    @Test
    void theyWaitForTheServerOnce() {
        transfer(1).block(PATIENCE);
        proxy.delay(Direction.TO_SERVER, Duration.ofMillis(100));
        proxy.resetCounters();

        StepVerifier.create(transfer(10)).expectNext(89L).verifyComplete();

        assertThat(proxy.roundTrips()).isEqualTo(1);
        assertThat(balances()).isEqualTo("ada 89, bob 11");
    }

    @Test
    void whenOneFailsNothingIsApplied() {
        StepVerifier.create(transfer(1_000)).verifyError(ConstraintViolatedException.class);
        StepVerifier.create(add("ada", -1_000).after(add("bob", 1_000)).rowsUpdated())
                .verifyError(ConstraintViolatedException.class);

        assertThat(balances()).isEqualTo("ada 100, bob 0");
        StepVerifier.create(transfer(1)).expectNext(99L).verifyComplete();
    }

    @Test
    void onlyTheLastOneIsAnswered() {
        StepVerifier.create(add("bob", 1)
                        .after(db.query("select * from generate_series(1, 5)"), add("ada", -1))
                        .rowsUpdated())
                .expectNext(1L)
                .verifyComplete();
        StepVerifier.create(db.query("select g from generate_series(1, 3) g")
                        .after(db.query("select * from generate_series(7, 9)"))
                        .map(row -> row.get(0, Integer.class)))
                .expectNext(1, 2, 3)
                .verifyComplete();
    }

    @Test
    void whatIsPutInFrontLaterRunsEarlier() {
        Query nested = add("bob", 3).after(add("bob", 2));

        StepVerifier.create(balanceOf("bob")
                        .after(db.query("update account set cents = 7 where id = 'bob'"))
                        .after(nested)
                        .one(row -> row.get(0, Long.class)))
                .expectNext(7L)
                .verifyComplete();
    }

    @Test
    void whatTheDriverMustRunIsOneTransactionToo() {
        Query settings = db.query("set local statement_timeout = 5000");

        StepVerifier.create(
                        add("ada", -1_000).after(add("bob", 1_000), settings).rowsUpdated())
                .verifyError(ConstraintViolatedException.class);
        assertThat(balances()).isEqualTo("ada 100, bob 0");

        StepVerifier.create(db.query("show statement_timeout")
                        .after(settings, add("bob", 1))
                        .one(row -> row.get(0, String.class)))
                .expectNext("5s")
                .verifyComplete();
        assertThat(balances()).isEqualTo("ada 100, bob 1");
    }

    @Test
    void onAConnectionTheyArePartOfItsTransaction() {
        Mono<Long> undone = db.inTransaction(conn -> balanceOf("bob")
                .after(add("ada", -5), add("bob", 5))
                .on(conn)
                .one(row -> row.get(0, Long.class))
                .flatMap(left -> Mono.error(new IllegalStateException("bob has " + left))));

        StepVerifier.create(undone).verifyErrorMessage("bob has 5");
        assertThat(balances()).isEqualTo("ada 100, bob 0");
    }

    @Test
    void onAConnectionWithoutATransactionTheyAreOne() {
        StepVerifier.create(db.withConnection(
                        ConnectionOptions.write(),
                        conn -> add("ada", -1_000)
                                .after(add("bob", 1_000))
                                .on(conn)
                                .rowsUpdated()
                                .onErrorResume(
                                        ConstraintViolatedException.class,
                                        poor -> add("ada", -1_000)
                                                .after(add("bob", 1_000), db.query("set local work_mem = '1MB'"))
                                                .on(conn)
                                                .rowsUpdated())))
                .verifyError(ConstraintViolatedException.class);

        assertThat(balances()).isEqualTo("ada 100, bob 0");
    }

    @Test
    void aTransactionCanEndWithThem() {
        Mono<Long> all = db.inTransaction(conn -> balanceOf("ada")
                .after(add("ada", -5), add("bob", 5))
                .on(conn)
                .andCommit()
                .one(row -> row.get(0, Long.class)));
        all.block(PATIENCE);
        proxy.delay(Direction.TO_SERVER, Duration.ofMillis(100));
        proxy.resetCounters();

        StepVerifier.create(all).expectNext(90L).verifyComplete();

        assertThat(proxy.roundTrips()).isEqualTo(1);
        assertThat(balances()).isEqualTo("ada 90, bob 10");
    }

    @Test
    void readOnlyOnesMayNotWrite() {
        StepVerifier.create(balanceOf("bob").after(add("bob", 1)).readOnly().one(row -> 1))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                DatabaseException.class,
                                refused -> assertThat(refused.code()).isEqualTo("25006")));
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void aLostAnswerIsAnUnknownOutcome(Direction lost) {
        transfer(1).block(PATIENCE);
        proxy.blackhole(lost).resetCounters();

        CompletableFuture<Long> doubt = transfer(10).toFuture();
        Databases.await(
                "the statements have come as far as they come",
                () -> lost == Direction.TO_SERVER
                        ? proxy.messages(Direction.TO_SERVER, 'S') > 0
                        : balances().equals("ada 89, bob 11"));
        proxy.reset();

        assertThat(doubt)
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .withCauseInstanceOf(CommitOutcomeUnknownException.class);
        proxy.heal();
        assertThat(balances()).isEqualTo(lost == Direction.TO_SERVER ? "ada 99, bob 1" : "ada 89, bob 11");
    }

    @Test
    void whatMayRunTwiceIsRepeatedWhenItsAnswerIsLost() {
        Mono<Long> set = balanceOf("bob")
                .after(db.query("update account set cents = $1 where id = 'bob'", 42L))
                .idempotent()
                .one(row -> row.get(0, Long.class));
        set.block(PATIENCE);
        cluster.primary().execute("update account set cents = 1 where id = 'bob'");
        proxy.blackhole(Direction.TO_CLIENT);

        CompletableFuture<Long> repeated = set.toFuture();
        Databases.await("the server has applied it", () -> balances().equals("ada 100, bob 42"));
        cluster.primary().execute("update account set cents = 7 where id = 'bob'");
        proxy.reset().heal();

        assertThat(repeated).succeedsWithin(PATIENCE).isEqualTo(42L);
        assertThat(balances()).isEqualTo("ada 100, bob 42");
    }

    private List<StatementCompleted> listen() {
        List<StatementCompleted> told = new CopyOnWriteArrayList<>();
        db.listen(new DatabaseListener() {
            @Override
            public void onStatementCompleted(StatementCompleted event) {
                told.add(event);
            }

            @Override
            public boolean wantsStatements() {
                return true;
            }
        });
        return told;
    }

    @Test
    void eachIsToldOfOnceAlsoWhenAllWasSentAgainRegression() {
        transfer(1).block(PATIENCE);
        List<StatementCompleted> told = listen();
        db.withConnection(
                        ConnectionOptions.write(),
                        conn -> Flux.from(conn.createStatement("deallocate all").execute())
                                .flatMap(Result::getRowsUpdated)
                                .then())
                .block(PATIENCE);
        told.clear();

        assertThat(transfer(1).block(PATIENCE)).isEqualTo(98L);

        assertThat(told).extracting(StatementCompleted::outcome).containsOnly(Outcome.SUCCEEDED);
        assertThat(told).extracting(StatementCompleted::rows).containsExactly(1L, 1L, 1L);
        assertThat(balances()).isEqualTo("ada 98, bob 2");
    }

    /** What is deferred to the end may say whatever it likes. */
    @Test
    void anErrorAtTheEndIsNotTakenForAStalePlanRegression() {
        cluster.primary()
                .execute("create sequence if not exists visits; create or replace function picky() returns trigger"
                        + " language plpgsql as $$ begin if nextval('visits') = 2 then"
                        + " raise exception 'not this time' using errcode = '26000'; end if; return null; end $$;"
                        + " create constraint trigger picky after update on account initially deferred"
                        + " for each row execute function picky(); drop sequence visits; create sequence visits");
        Mono<Long> one = balanceOf("ada").after(add("ada", 1)).one(row -> row.get(0, Long.class));
        assertThat(one.block(PATIENCE)).isEqualTo(101L);

        StepVerifier.create(one).verifyErrorSatisfies(error -> assertThat(error).hasMessageContaining("not this time"));

        assertThat(balances()).isEqualTo("ada 101, bob 0");
        assertThat(one.block(PATIENCE)).isEqualTo(102L);
    }

    @Test
    void whoeverTakesTheRowsSlowlyKeepsNoConnectionRegression() {
        Flux<Long> rows = db.query("select g::int8 from generate_series(1, $1::int) g", 500)
                .after(add("ada", 1))
                .map(row -> row.get(0, Long.class))
                .concatMap(row -> db.query("select $1::int8", row).one(again -> again.get(0, Long.class)), 1);

        StepVerifier.create(rows.count()).expectNext(500L).verifyComplete();
    }

    @Test
    void eachIsToldOfWithWhatBecameOfIt() {
        List<StatementCompleted> told = listen();

        transfer(1).block(PATIENCE);
        assertThat(told).extracting(StatementCompleted::outcome).containsOnly(Outcome.SUCCEEDED);
        assertThat(told).extracting(StatementCompleted::rows).containsExactly(1L, 1L, 1L);

        told.clear();
        StepVerifier.create(balanceOf("ada")
                        .after(add("bob", 1), add("ada", -1_000))
                        .one(row -> 1))
                .verifyError(ConstraintViolatedException.class);
        Databases.await("three statements", () -> told.size() == 3);
        assertThat(told).extracting(StatementCompleted::sqlState).containsExactlyInAnyOrder(null, "23514", null);
        assertThat(told)
                .extracting(StatementCompleted::outcome)
                .containsExactlyInAnyOrder(Outcome.SUCCEEDED, Outcome.FAILED, Outcome.CANCELLED);
    }

    @Test
    void aForeignQueryIsRefused() {
        Query foreign = (Query) Proxy.newProxyInstance(
                Query.class.getClassLoader(), new Class<?>[] {Query.class}, (proxy, method, arguments) -> "foreign");

        assertThatThrownBy(() -> balanceOf("ada").after(foreign))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("query(...)");
    }
}
