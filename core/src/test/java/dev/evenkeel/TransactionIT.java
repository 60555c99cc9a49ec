package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.TransactionOptions.Nesting;
import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.DeadlineExceededException;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.testkit.Direction;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.IsolationLevel;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

@WithPostgres
class TransactionIT {

    private static final int POOL = 2;

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    TransactionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary().execute("drop table if exists ledger; create table ledger (entry text)");
        db = Databases.start(
                cluster,
                config -> config.pool(PoolConfig.builder()
                        .minSize(0)
                        .maxSize(POOL)
                        .acquireTimeout(Duration.ofSeconds(5))
                        .build()));
        leaks.watch("leased connections", () -> db.metrics().leased());
        leaks.watch("waiting callers", () -> db.metrics().waiting());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private Mono<Long> write(Connection connection, String entry) {
        return db.query("insert into ledger values ($1)", entry).on(connection).rowsUpdated();
    }

    private Mono<Long> inner(Nesting nesting, String entry, Mono<Long> then) {
        return db.inTransaction(
                TransactionOptions.builder().nesting(nesting).build(),
                conn -> write(conn, entry).then(then));
    }

    private String entries() {
        return cluster.primary().queryOne("select coalesce(string_agg(entry, ',' order by entry), '') from ledger");
    }

    @Test
    void aTransactionOfOneStatementWaitsForTheServerTwice() {
        try (FaultProxy proxy =
                FaultProxy.to(cluster.primary().host(), cluster.primary().port())) {
            ReactiveDatabaseManager distant = Databases.start(DatabaseConfig.builder()
                    .primary("r2dbc:postgresql://postgres@127.0.0.1:%d/postgres".formatted(proxy.port()))
                    .pool(PoolConfig.builder().minSize(1).maxSize(1).build())
                    .monitoring(MonitoringConfig.defaults().withProbeInterval(Duration.ofMinutes(1)))
                    .build());
            TransactionOptions options = TransactionOptions.builder()
                    .isolation(IsolationLevel.REPEATABLE_READ)
                    .timeout(Duration.ofSeconds(5))
                    .build();
            Mono<Long> transaction = distant.inTransaction(
                    options,
                    conn -> distant.query("insert into ledger values ($1)", "far")
                            .on(conn)
                            .rowsUpdated());
            transaction.block(PATIENCE);
            // BEGIN and the statement are two writes: the server must not answer the first before the second has left.
            proxy.delay(Direction.TO_SERVER, Duration.ofMillis(300));
            proxy.resetCounters();

            transaction.block(PATIENCE);

            assertThat(proxy.roundTrips()).isEqualTo(2);
            assertThat(proxy.messages(Direction.TO_SERVER, 'Q'))
                    .as("BEGIN with its settings, and COMMIT")
                    .isEqualTo(2);
            distant.shutdown().block(PATIENCE);
        }
    }

    /** BEGIN leaves with the first statement, and the driver knows nothing of it. */
    @Test
    void whatTheDriversOwnConnectionDoesIsPartOfTheTransactionRegression() {
        Mono<Long> transaction = db.inTransaction(conn -> Flux.from(((Wrapped<?>) conn)
                        .unwrap(PostgresqlConnection.class)
                        .createStatement("insert into ledger values ('undone')")
                        .execute())
                .flatMap(Result::getRowsUpdated)
                .then(Mono.error(new IllegalStateException("changed its mind"))));

        StepVerifier.create(transaction).verifyErrorMessage("changed its mind");

        assertThat(entries()).isEmpty();
        assertThat(db.inTransaction(conn -> Mono.from(((Wrapped<?>) conn)
                                        .unwrap(PostgresqlConnection.class)
                                        .createStatement("insert into ledger values ('done')")
                                        .execute())
                                .flatMap(result -> Mono.from(result.getRowsUpdated())))
                        .block(PATIENCE))
                .isOne();
        assertThat(entries()).isEqualTo("done");
    }

    @Test
    void aStatementsOwnTimeLimitHoldsInsideATransaction() {
        Mono<String> slow = db.inTransaction(conn -> db.query("select pg_sleep(30)")
                .timeout(Duration.ofMillis(200))
                .label("nap")
                .on(conn)
                .one(row -> "late"));

        StepVerifier.create(slow)
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(DeadlineExceededException.class, late -> {
                            assertThat(late.summary()).contains("nap").contains("PT0.2S");
                            assertThat(late.requestId()).isNotEqualTo("-");
                        }));
    }

    @Test
    void anErrorInsideATransactionCarriesTheRequestOfItsCall() {
        StepVerifier.create(db.inTransaction(
                        conn -> db.query("select 1 / 0").on(conn).rowsUpdated()))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                QueryFailedException.class,
                                failed -> assertThat(failed.requestId()).isNotEqualTo("-")));
    }

    @Test
    void theServerStopsAStatementBeforeTheClientHasTo() {
        StepVerifier.create(db.inTransaction(
                        TransactionOptions.builder()
                                .timeout(Duration.ofSeconds(2))
                                .build(),
                        conn -> db.query("select pg_sleep(30)").on(conn).one(row -> "late")))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                DeadlineExceededException.class,
                                stopped -> assertThat(stopped.code()).isEqualTo("57014")));
    }

    @Test
    void aJoinedTransactionCommitsWithTheOuterOne() {
        db.inTransaction(outer -> write(outer, "outer").then(inner(Nesting.JOIN, "inner", Mono.just(1L))))
                .block(PATIENCE);

        assertThat(entries()).isEqualTo("inner,outer");
    }

    @Test
    void aJoinedTransactionThatFailsDoomsTheOuterOneEvenIfItsErrorIsSwallowed() {
        Mono<Long> swallowing = db.inTransaction(outer -> write(outer, "outer")
                .then(inner(Nesting.JOIN, "inner", Mono.error(new IllegalStateException())))
                .onErrorReturn(0L));

        StepVerifier.create(swallowing)
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(QueryFailedException.class)
                        .hasMessageContaining("joined"));
        assertThat(entries()).isEmpty();
    }

    @Test
    void aSavepointThatFailsTakesOnlyItsOwnChangesBack() {
        db.inTransaction(outer -> write(outer, "outer")
                        .then(inner(Nesting.SAVEPOINT, "inner", Mono.error(new IllegalStateException())))
                        .onErrorReturn(0L)
                        .then(inner(Nesting.SAVEPOINT, "second", Mono.just(1L))))
                .block(PATIENCE);

        assertThat(entries()).isEqualTo("outer,second");
    }

    @Test
    void aStatementThatFailsInASavepointDoesNotAbortTheOuterTransaction() {
        Mono<Long> failing = db.inTransaction(
                TransactionOptions.builder().nesting(Nesting.SAVEPOINT).build(),
                conn -> db.query("select 1 / 0").on(conn).rowsUpdated());

        db.inTransaction(outer -> failing.onErrorReturn(0L).then(write(outer, "outer")))
                .block(PATIENCE);

        assertThat(entries()).isEqualTo("outer");
    }

    @Test
    void aSavepointWhoseCallerGoesAwayIsUndoneBeforeTheOuterTransactionGoesOn() {
        db.inTransaction(outer -> inner(Nesting.SAVEPOINT, "inner", Mono.never())
                        .timeout(Duration.ofMillis(200), Mono.just(0L))
                        .then(write(outer, "outer")))
                .block(PATIENCE);

        assertThat(entries()).isEqualTo("outer");
    }

    @Test
    void anIndependentTransactionStaysWhenTheOuterOneIsRolledBack() {
        StepVerifier.create(db.inTransaction(outer -> write(outer, "outer")
                        .then(inner(Nesting.INDEPENDENT, "audit", Mono.just(1L)))
                        .then(Mono.error(new IllegalStateException()))))
                .verifyError(IllegalStateException.class);

        assertThat(entries()).isEqualTo("audit");
    }

    @Test
    void aJoiningTransactionCannotAskForMoreThanTheOuterOneGives() {
        TransactionOptions readOnly = TransactionOptions.builder().readOnly().build();

        StepVerifier.create(db.inTransaction(readOnly, outer -> db.inTransaction(conn -> write(conn, "sneaky"))))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(InvalidConfigurationException.class)
                        .hasMessageContaining("readOnly"));
    }

    @Test
    void callersThatWouldWaitForEachOthersConnectionsForEverAreRefused() {
        Mono<Long> needsTwo = db.inTransaction(outer -> write(outer, "outer")
                .delayElement(Duration.ofMillis(100))
                .then(inner(Nesting.INDEPENDENT, "inner", Mono.just(1L))));

        List<String> outcomes = Flux.range(0, POOL)
                .flatMap(i -> needsTwo.map(done -> "done").onErrorResume(LeaseMisuseException.class, refused -> {
                    assertThat(refused.code()).isEqualTo("POOL_DEADLOCK");
                    return Mono.just("refused");
                }))
                .collectList()
                .block(Duration.ofSeconds(3));

        assertThat(outcomes).containsExactlyInAnyOrder("refused", "done");
        await("all is back", () -> db.metrics().leased() == 0);
    }

    @Test
    void aCallThatNestsDeeperThanThePoolHasConnectionsIsRefused() {
        Mono<Long> innermost = inner(Nesting.INDEPENDENT, "c", Mono.just(1L));
        Mono<Long> chain = inner(Nesting.INDEPENDENT, "a", inner(Nesting.INDEPENDENT, "b", innermost));

        StepVerifier.create(chain)
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                LeaseMisuseException.class,
                                refused -> assertThat(refused.code()).isEqualTo("POOL_DEADLOCK")));
        assertThat(entries()).isEmpty();
    }

    @Test
    void theServerStopsWhatItRunsWhenTheConnectionIsLost() {
        try (FaultProxy proxy =
                FaultProxy.to(cluster.primary().host(), cluster.primary().port())) {
            ReactiveDatabaseManager distant = Databases.start(DatabaseConfig.builder()
                    .primary("r2dbc:postgresql://postgres@127.0.0.1:%d/postgres".formatted(proxy.port()))
                    .monitoring(MonitoringConfig.defaults().withProbeInterval(Duration.ofMinutes(1)))
                    .build());
            String running =
                    "select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep(29)'";
            CompletableFuture<String> sleeping =
                    distant.query("select pg_sleep(29)").one(row -> "late").toFuture();
            await("it runs", () -> cluster.primary().queryOne(running).equals("1"));

            proxy.reset();

            assertThat(sleeping).failsWithin(PATIENCE);
            await(
                    "the server is idle",
                    () -> cluster.primary().queryOne(running).equals("0"));
            distant.shutdown().block(PATIENCE);
        }
    }
}
