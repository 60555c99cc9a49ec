package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.TransactionOptions.Nesting;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.error.ConnectionLostException;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.error.TransactionConflictException;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** What a hostile review found: each test is the story of one defect. */
@WithPostgres
class SpoiledLeaseRegressionIT {

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    SpoiledLeaseRegressionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary().execute("drop table if exists note; create table note (v text)");
        db = Databases.start(
                cluster,
                config -> config.pool(PoolConfig.builder().minSize(0).maxSize(1).build()));
        leaks.watch("leased connections", () -> db.metrics().leased());
        leaks.watch("waiting callers", () -> db.metrics().waiting());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private String notes() {
        return cluster.primary().queryOne("select count(*) from note");
    }

    private Mono<Long> note() {
        return db.query("insert into note values ('x')").rowsUpdated();
    }

    private String running(String statement) {
        return cluster.primary()
                .queryOne("select count(*) from pg_stat_activity where state = 'active' and query ilike '" + statement
                        + "'");
    }

    /** The first result's end was taken for the end of the whole message, whose last part began a transaction. */
    @Test
    void takingTheFirstOfSeveralResultsLeavesNoTransactionToTheNextCaller() {
        String message = "select 1; do $$ begin raise notice 'flush'; perform pg_sleep(0.3); end $$; begin";
        db.withConnection(
                        ConnectionOptions.write(),
                        conn -> Mono.from(conn.createStatement(message).execute())
                                .flatMap(result -> Flux.from(result.map((row, metadata) -> row.get(0, Integer.class)))
                                        .collectList()))
                .block(PATIENCE);

        note().block(PATIENCE);

        assertThat(notes()).isEqualTo("1");
    }

    /** A result ends before the driver has heard that a transaction is open. */
    @Test
    void aTransactionBegunByPlainSqlIsNotLeftToACallerWhoWaits() {
        for (int round = 1; round <= 100; round++) {
            Mono<Integer> opener = db.withConnection(
                    ConnectionOptions.write(),
                    conn -> Mono.from(conn.createStatement("begin").execute())
                            .flatMap(result -> Mono.from(result.getRowsUpdated()))
                            .thenReturn(1));
            Mono.when(opener, note()).block(PATIENCE);
            assertThat(notes()).isEqualTo(String.valueOf(round));
        }
    }

    /** The connection believed for ever that it was committing, and left COMMITs are never cancelled. */
    @Test
    void aCancelledCommitDoesNotSwitchCancelRequestsOff() {
        cluster.primary()
                .execute("create or replace function nap() returns trigger language plpgsql as"
                        + " $$ begin perform pg_sleep(0.3); return null; end $$;"
                        + "create constraint trigger slow_commit after insert on note deferrable initially deferred"
                        + " for each row execute function nap()");
        Disposable call = db.inTransaction(conn ->
                        db.query("insert into note values ('x')").on(conn).rowsUpdated())
                .subscribe();
        await("COMMIT runs", () -> running("commit%").equals("1"));
        call.dispose();
        await("it is committed all the same", () -> notes().equals("1"));
        await("the connection is back", () -> db.metrics().leased() == 0);

        Disposable nap = db.query("select pg_sleep(30)").one(row -> "late").subscribe();
        await("it runs", () -> running("%pg_sleep(30)").equals("1"));
        nap.dispose();

        await("it is stopped", () -> running("%pg_sleep(30)").equals("0"));
    }

    /** The pool's own release was cancelled half-way, and the permit was gone. */
    @Test
    void aReleaseWhoseSubscriberGoesAwayStillGivesTheConnectionBack() {
        Connection lent = db.getConnection(ConnectionOptions.write()).block(PATIENCE);
        Disposable statement =
                db.query("select pg_sleep(30)").on(lent).one(row -> 1).subscribe();
        await("it runs", () -> running("%pg_sleep(30)").equals("1"));
        statement.dispose();

        db.releaseConnection(lent).subscribe().dispose();

        await("it is back", () -> db.metrics().leased() == 0);
        note().block(PATIENCE);
    }

    /** A cancel at the moment of delivery gave one connection to two owners. */
    @Test
    void aConnectionWhoseDeliveryIsCancelledHasOneOwner() {
        for (int round = 0; round < 500; round++) {
            Disposable asking = Mono.usingWhen(
                            db.getConnection(ConnectionOptions.write()), lent -> Mono.never(), db::releaseConnection)
                    .subscribe();
            long until = System.nanoTime() + round * 1_000L;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            asking.dispose();
            note().block(PATIENCE);
        }
        assertThat(notes()).isEqualTo("500");
    }

    /** Taking the first value of a stream cancels it, and the connection was given back under its new owner. */
    @Test
    void whoeverTakesTheFirstOfAStreamKeepsTheConnection() {
        Connection lent = Flux.from(db.connectionFactory().create()).next().block(PATIENCE);

        StepVerifier.create(db.query("select $1::int", 7).on(lent).one(row -> row.get(0, Integer.class)))
                .expectNext(7)
                .verifyComplete();
        assertThat(db.metrics().leased()).isEqualTo(1);
        Mono.from(lent.close()).block(PATIENCE);
        await("it is back", () -> db.metrics().leased() == 0);
    }

    /** The outer function had inserted; the inner error was safe to retry, but only for the inner call. */
    @Test
    void anInnerErrorThatIsSafeToRetryDoesNotRepeatTheOuterFunction() {
        ReactiveDatabaseManager wide = Databases.start(cluster);
        Mono<Long> outer = wide.withConnection(
                ConnectionOptions.write(),
                conn -> wide.query("insert into note values ('x')")
                        .on(conn)
                        .rowsUpdated()
                        .then(wide.query("do $$ begin raise exception 'no' using errcode = '40001'; end $$")
                                .rowsUpdated()));

        StepVerifier.create(outer).verifyError(TransactionConflictException.class);

        assertThat(notes()).isEqualTo("1");
        wide.shutdown().block(PATIENCE);
    }

    /** "The payment service is down" was reported as a lost connection, and the function ran again. */
    @Test
    void anIoErrorOfTheUsersFunctionIsNotTakenForALostConnection() {
        AtomicInteger runs = new AtomicInteger();
        IOException own = new IOException("the payment service is down");

        StepVerifier.create(db.inTransaction(conn -> {
                    runs.incrementAndGet();
                    return Mono.error(own);
                }))
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(own));
        assertThat(runs).hasValue(1);
    }

    /** More statements than the driver queues look like a lost connection to whoever trusts its code. */
    @Test
    void threeHundredStatementsOfTheDriversAtOnceOnOneConnectionAreExplainedAndNotRepeated() {
        AtomicInteger runs = new AtomicInteger();

        StepVerifier.create(db.inTransaction(conn -> {
                    runs.incrementAndGet();
                    return Flux.range(0, 300)
                            .flatMap(
                                    i -> db.query("select 1; select 2").on(conn).rowsUpdated(), 300)
                            .count();
                }))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(QueryFailedException.class)
                        .hasMessageContaining("256"));
        assertThat(runs).hasValue(1);
    }

    @Test
    @Tag(Databases.OWN_SESSIONS)
    void threeHundredStatementsThatGoOurWayAtOnceOnOneConnectionAreAllAnswered() {
        StepVerifier.create(db.inTransaction(conn -> Flux.range(0, 300)
                        .flatMap(i -> db.query("select $1::int", i).on(conn).one(row -> row.get(0, Integer.class)), 300)
                        .collectList()))
                .expectNext(IntStream.range(0, 300).boxed().toList())
                .verifyComplete();
    }

    @Test
    void aFunctionThatEndsItsTransactionByHandIsNotReportedAsCommitted() {
        StepVerifier.create(db.inTransaction(conn -> db.query("insert into note values ('x')")
                        .on(conn)
                        .rowsUpdated()
                        .then(db.query("rollback").on(conn).rowsUpdated())))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                QueryFailedException.class,
                                ended -> assertThat(ended.code()).isEqualTo("TRANSACTION_ENDED")));
    }

    /** A lost connection is closed instead of returned, and its lease counted as held for ever: shutdown waited for it. */
    @Test
    void aLostConnectionDoesNotHoldUpTheShutdown() {
        StepVerifier.create(db.query("select pg_terminate_backend(pg_backend_pid())")
                        .one(row -> 1))
                .verifyError(ConnectionLostException.class);

        db.shutdown(Duration.ofMinutes(1)).block(Duration.ofSeconds(5));
    }

    /** The failing ROLLBACK TO hid the lost connection behind an error of Reactor's. */
    @Test
    void aConnectionLostInsideASavepointIsReportedAsSuch() {
        Mono<Integer> losing = db.inTransaction(
                TransactionOptions.builder().retry(RetryPolicy.none()).build(),
                outer -> db.inTransaction(
                        TransactionOptions.builder().nesting(Nesting.SAVEPOINT).build(),
                        inner -> db.query("select pg_terminate_backend(pg_backend_pid())")
                                .on(inner)
                                .one(row -> 1)));

        StepVerifier.create(losing).verifyError(ConnectionLostException.class);
    }
}
