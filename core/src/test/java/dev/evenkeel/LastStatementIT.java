package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.ConstraintViolatedException;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.testkit.CutAction;
import dev.evenkeel.testkit.CutPoint;
import dev.evenkeel.testkit.Direction;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.IsolationLevel;
import io.r2dbc.spi.Result;
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

/** Transactions whose last statement is declared, so that COMMIT leaves with it. */
@WithPostgres(isolated = true)
class LastStatementIT {

    private final PostgresCluster cluster;
    private FaultProxy proxy;
    private ReactiveDatabaseManager db;

    LastStatementIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary()
                .execute(
                        "drop table if exists entry, ledger, evenkeel_commit; create table ledger (id text primary key);"
                                + " create table entry (ledger text references ledger deferrable initially deferred)");
        cluster.primary().execute(TransactionOptions.MARKER_TABLE);
        proxy = FaultProxy.to(cluster.primary().host(), cluster.primary().port());
        db = Databases.startBehind(proxy);
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
        proxy.close();
    }

    private Query insert(Connection conn, String id) {
        return db.query("insert into ledger values ($1)", id).on(conn);
    }

    private String ledgers() {
        return cluster.primary().queryOne("select coalesce(string_agg(id, ',' order by id), '') from ledger");
    }

    @Test
    void aTransactionOfOneStatementWaitsForTheServerOnce() {
        db.inTransaction(conn -> insert(conn, "warm").andCommit().rowsUpdated()).block(PATIENCE);
        proxy.delay(Direction.TO_SERVER, Duration.ofMillis(100));
        proxy.resetCounters();

        StepVerifier.create(db.inTransaction(
                        conn -> insert(conn, "once").andCommit().rowsUpdated()))
                .expectNext(1L)
                .verifyComplete();

        assertThat(proxy.roundTrips()).isEqualTo(1);
        assertThat(ledgers()).isEqualTo("once,warm");
    }

    @Test
    void whatIsAllOfItsTransactionNeedsNeitherBeginNorCommit() {
        db.inTransaction(conn -> insert(conn, "warm").andCommit().rowsUpdated()).block(PATIENCE);
        proxy.resetCounters();

        db.inTransaction(conn -> insert(conn, "whole").andCommit().rowsUpdated())
                .block(PATIENCE);
        assertThat(proxy.messages(Direction.TO_SERVER, 'E')).isEqualTo(1);
        db.inTransaction(
                        TransactionOptions.builder()
                                .isolation(IsolationLevel.SERIALIZABLE)
                                .build(),
                        conn -> insert(conn, "isolated").andCommit().rowsUpdated())
                .block(PATIENCE);
        assertThat(proxy.messages(Direction.TO_SERVER, 'E')).isEqualTo(4);
        assertThat(proxy.messages(Direction.TO_SERVER, 'Q')).isZero();
    }

    @Test
    void whenAllOfATransactionFailedWhatFollowsInItIsRefusedByWhateverWayItGoes() {
        insertOutside("taken").block(PATIENCE);
        List<Throwable> refusals = new CopyOnWriteArrayList<>();

        StepVerifier.create(db.inTransaction(conn -> insert(conn, "taken")
                        .andCommit()
                        .rowsUpdated()
                        .onErrorResume(swallowed -> insert(conn, "ours").rowsUpdated())
                        .doOnError(refusals::add)
                        .onErrorResume(swallowed -> insert(conn, "again").rowsUpdated())
                        .doOnError(refusals::add)
                        .onErrorResume(
                                swallowed -> Flux.from(conn.createStatement("insert into ledger values ('driver')")
                                                .execute())
                                        .flatMap(Result::getRowsUpdated)
                                        .then(Mono.empty()))
                        .doOnError(refusals::add)
                        .onErrorResume(swallowed -> Mono.just(-1L))))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                DatabaseException.class,
                                rolledBack -> assertThat(rolledBack.code()).isEqualTo("COMMIT_ROLLED_BACK")));

        assertThat(refusals)
                .hasSize(3)
                .allSatisfy(refused -> assertThat(refused).hasMessageContaining("aborted"));
        assertThat(ledgers()).isEqualTo("taken");
        insertOutside("next").block(PATIENCE);
        assertThat(ledgers()).isEqualTo("next,taken");
    }

    @Test
    void allOfATransactionIsSentAgainWhenItsPlanIsStale() {
        Mono<Integer> whole = db.inTransaction(
                conn -> db.query("insert into ledger values ($1) returning *", String.valueOf(System.nanoTime()))
                        .on(conn)
                        .andCommit()
                        .one(row -> row.getMetadata().getColumnMetadatas().size()));
        whole.block(PATIENCE);
        cluster.primary().execute("alter table ledger add column note text");

        assertThat(whole.block(PATIENCE)).isEqualTo(2);
        assertThat(cluster.primary().queryOne("select count(*) from ledger")).isEqualTo("2");
    }

    @Test
    void aTransactionOfTwoStatementsWaitsForTheServerTwice() {
        Mono<String> two = db.inTransaction(conn -> insert(conn, String.valueOf(System.nanoTime()))
                .rowsUpdated()
                .then(db.query("select count(*) from ledger where id <> $1", "x")
                        .on(conn)
                        .andCommit()
                        .one(row -> row.get(0, String.class))));
        two.block(PATIENCE);
        proxy.delay(Direction.TO_SERVER, Duration.ofMillis(100));
        proxy.resetCounters();

        StepVerifier.create(two).expectNext("2").verifyComplete();

        assertThat(proxy.roundTrips()).isEqualTo(2);
    }

    /**
     * Until the server was ready again the driver took the session for idle, so it was handed on in the middle of the transaction that
     * had failed.
     */
    @Test
    void aConnectionWhoseFirstStatementFailedIsCleanForTheNextCaller() {
        insertOutside("taken").block(PATIENCE);
        for (int round = 0; round < 50; round++) {
            String next = "next" + round;
            Mono<Long> both = db.inTransaction(conn -> insert(conn, "taken").rowsUpdated())
                    .onErrorResume(ConstraintViolatedException.class, taken -> insertOutside(next));
            StepVerifier.create(both).expectNext(1L).verifyComplete();
        }
        assertThat(cluster.primary().queryOne("select count(*) from ledger")).isEqualTo("51");
    }

    @Test
    void aMappingThatFailsLeavesNoTransactionToTheNextCaller() {
        for (int round = 0; round < 50; round++) {
            String next = "next" + round;
            Mono<Long> both = db.<Long>inTransaction(conn -> db.query(
                                    "insert into ledger select 'gone' || g from generate_series(1, $1::int) g returning id",
                                    500)
                            .on(conn)
                            .<Long>map(row -> {
                                throw new ArithmeticException("mine");
                            })
                            .next())
                    .onErrorResume(ArithmeticException.class, mine -> insertOutside(next));
            StepVerifier.create(both).expectNext(1L).verifyComplete();
        }
        assertThat(cluster.primary().queryOne("select count(*) from ledger where id like 'next%'"))
                .isEqualTo("50");
        assertThat(cluster.primary().queryOne("select count(*) from ledger")).isEqualTo("50");
    }

    private Mono<Long> insertOutside(String id) {
        return db.query("insert into ledger values ($1)", id).rowsUpdated();
    }

    @Test
    void whatItAnswersIsWithheldWhenTheCommitFails() {
        StepVerifier.create(db.inTransactionMany(
                        TransactionOptions.defaults(),
                        conn -> db.query("insert into entry values ($1) returning ledger", "missing")
                                .on(conn)
                                .andCommit()
                                .map(row -> row.get(0, String.class))))
                .verifyError(ConstraintViolatedException.class);

        assertThat(cluster.primary().queryOne("select count(*) from entry")).isEqualTo("0");
        db.inTransaction(conn -> insert(conn, "next").andCommit().rowsUpdated()).block(PATIENCE);
        assertThat(ledgers()).isEqualTo("next");
    }

    @Test
    void whenItFailsNothingIsAppliedAndTheFunctionMayNotGoOn() {
        StepVerifier.create(db.inTransaction(conn -> insert(conn, "first")
                        .rowsUpdated()
                        .then(insert(conn, "first").andCommit().rowsUpdated())
                        .onErrorResume(swallowed -> Mono.just(-1L))))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                DatabaseException.class,
                                rolledBack -> assertThat(rolledBack.code()).isEqualTo("COMMIT_ROLLED_BACK")));

        assertThat(ledgers()).isEmpty();
    }

    @Test
    void theConnectionIsOfNoUseBehindIt() {
        StepVerifier.create(db.inTransaction(conn -> insert(conn, "last")
                        .andCommit()
                        .rowsUpdated()
                        .then(insert(conn, "behind").rowsUpdated())))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(LeaseMisuseException.class)
                        .hasMessageContaining("committed"));

        assertThat(ledgers()).isEqualTo("last");
    }

    @Test
    void aFunctionThatHasJoinedAnotherTransactionDoesNotCommitIt() {
        Mono<Long> outer = db.inTransaction(conn -> db.inTransaction(
                        inner -> insert(inner, "inner").andCommit().rowsUpdated())
                .then(Mono.error(new IllegalStateException("outer fails"))));

        StepVerifier.create(outer).verifyErrorMessage("outer fails");

        assertThat(ledgers()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(CutPoint.class)
    void aLostAnswerIsAnUnknownOutcome(CutPoint point) {
        Mono<Long> doubt = db.inTransaction(conn -> insert(conn, "doubt")
                .rowsUpdated()
                .then(insert(conn, "last").andCommit().rowsUpdated()));
        db.inTransaction(conn -> insert(conn, "warm").andCommit().rowsUpdated()).block(PATIENCE);
        proxy.cutAt(point, CutAction.RESET);

        StepVerifier.create(doubt).verifyError(CommitOutcomeUnknownException.class);

        proxy.heal();
        Databases.await(
                "the server has ended it",
                () -> ledgers().equals(point.commitReachesServer() ? "doubt,last,warm" : "warm"));
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void soItIsWhenItWasAllOfTheTransaction(Direction lost) {
        db.inTransaction(conn -> insert(conn, "warm").andCommit().rowsUpdated()).block(PATIENCE);
        proxy.blackhole(lost).resetCounters();

        CompletableFuture<Long> doubt = db.inTransaction(
                        conn -> insert(conn, "doubt").andCommit().rowsUpdated())
                .toFuture();
        Databases.await(
                "the statement has come as far as it comes",
                () -> lost == Direction.TO_SERVER
                        ? proxy.messages(Direction.TO_SERVER, 'S') > 0
                        : ledgers().equals("doubt,warm"));
        proxy.reset();

        assertThat(doubt)
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .withCauseInstanceOf(CommitOutcomeUnknownException.class);
        proxy.heal();
        assertThat(ledgers()).isEqualTo(lost == Direction.TO_SERVER ? "warm" : "doubt,warm");
    }

    @Test
    void exactlyOnceCommitsByItself() {
        Mono<Long> once = db.inTransaction(
                TransactionOptions.builder().exactlyOnce().build(),
                conn -> insert(conn, "sure").andCommit().rowsUpdated());

        StepVerifier.create(once).expectNext(1L).verifyComplete();

        assertThat(ledgers()).isEqualTo("sure");
    }
}
