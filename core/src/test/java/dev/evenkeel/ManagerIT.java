package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.error.ConstraintViolatedException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.error.SchemaMismatchException;
import dev.evenkeel.event.CallCompleted;
import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.IsolationLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

@WithPostgres
class ManagerIT {

    private final PostgresCluster cluster;
    private final List<CallCompleted> events = new CopyOnWriteArrayList<>();
    private ReactiveDatabaseManager db;

    ManagerIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary()
                .execute("drop table if exists account; create table account (id int primary key, v int not null)");
        db = Databases.start(
                cluster,
                config -> config.listener(new DatabaseListener() {
                    @Override
                    public void onCallCompleted(CallCompleted event) {
                        events.add(event);
                    }
                }));
        leaks.watch("leased connections", () -> db.metrics().leased());
        leaks.watch("waiting callers", () -> db.metrics().waiting());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private Mono<Long> insert(Connection connection, int id) {
        return db.query("insert into account values ($1, 0)", id).on(connection).rowsUpdated();
    }

    private String accounts() {
        return cluster.primary().queryOne("select count(*) from account");
    }

    @Test
    void runsOneStatementWithParameters() {
        assertThat(db.query("select $1::int + $2::int as sum", 1, 2)
                        .one(row -> row.get("sum", Integer.class))
                        .block(PATIENCE))
                .isEqualTo(3);
    }

    @Test
    void bindsNullWithoutAType() {
        assertThat(db.query("select coalesce($1::text, 'none') as x", (Object) null)
                        .one(row -> row.get("x", String.class))
                        .block(PATIENCE))
                .isEqualTo("none");
    }

    @Test
    void tellsHowManyRowsAStatementChangedEvenIfNone() {
        assertThat(db.query("update account set v = 1").rowsUpdated().block(PATIENCE))
                .isZero();
        assertThat(db.query("insert into account select g, 0 from generate_series(1, 3) g")
                        .rowsUpdated()
                        .block(PATIENCE))
                .isEqualTo(3);
    }

    @Test
    void emitsNothingForOneWhenThereIsNoRow() {
        StepVerifier.create(db.query("select v from account where id = $1", 1).one(row -> row.get(0)))
                .verifyComplete();
    }

    @Test
    void saysHowParametersAreWrittenWhenTheyDoNotFit() {
        for (Query misfit :
                List.of(db.query("select $1::int"), db.query("select $1::int", 1, 2), db.query("select ?::int", 1))) {
            StepVerifier.create(misfit.one(row -> 1))
                    .verifyErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(QueryFailedException.class)
                            .hasMessageContaining("$1, $2"));
        }
    }

    @Test
    void saysWhatToDoAboutAFunctionThatReturnsNull() {
        StepVerifier.create(db.withConnection(ConnectionOptions.write(), conn -> (Mono<Integer>) null))
                .verifyErrorSatisfies(error -> assertThat(error).hasMessageContaining("Mono.empty()"));
    }

    @Test
    void saysWhatToDoAboutAMappingThatReturnsNull() {
        StepVerifier.create(db.query("select null::text").one(row -> row.get(0, String.class)))
                .verifyErrorSatisfies(error -> assertThat(error).hasMessageContaining("Optional"));
        assertThat(db.query("select null::text")
                        .one(row -> Optional.ofNullable(row.get(0, String.class)))
                        .block(PATIENCE))
                .isEmpty();
    }

    @Test
    void commitsBeforeItEmitsTheValueOfATransaction() {
        Mono<String> transfer = db.inTransaction(conn -> insert(conn, 1).thenReturn("done"));

        StepVerifier.create(transfer.publishOn(Schedulers.boundedElastic())
                        .doOnNext(value -> assertThat(accounts()).isEqualTo("1")))
                .expectNext("done")
                .verifyComplete();
    }

    @Test
    void commitsATransactionWhoseFunctionIsEmpty() {
        StepVerifier.create(db.inTransaction(conn -> insert(conn, 1).then())).verifyComplete();

        assertThat(accounts()).isEqualTo("1");
    }

    @Test
    void rollsBackAndPassesOnWhatTheFunctionThrows() {
        IllegalStateException own = new IllegalStateException("out of stock");

        StepVerifier.create(db.inTransaction(conn -> insert(conn, 1).then(Mono.error(own))))
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(own));

        assertThat(accounts()).isEqualTo("0");
    }

    @Test
    void rollsBackWhenTheFunctionThrowsInsteadOfReturning() {
        StepVerifier.create(db.inTransaction(conn -> {
                    throw new IllegalArgumentException("bad input");
                }))
                .verifyError(IllegalArgumentException.class);
    }

    @Test
    void namesTheConstraintThatRefusedAChange() {
        Mono<Long> twice = db.inTransaction(conn -> insert(conn, 1).then(insert(conn, 1)));

        StepVerifier.create(twice)
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(ConstraintViolatedException.class, refused -> {
                            assertThat(refused.code()).isEqualTo("23505");
                            assertThat(refused.type()).isEqualTo(ErrorType.QUERY);
                            assertThat(refused.details()).containsEntry("constraint", "account_pkey");
                            assertThat(refused.safeToRetry()).isFalse();
                        }));
        assertThat(accounts()).isEqualTo("0");
    }

    @Test
    void saysThatATableIsMissingAsASchemaProblem() {
        assertThatThrownBy(() -> db.query("select * from nowhere")
                        .map(row -> row.get(0))
                        .collectList()
                        .block(PATIENCE))
                .isInstanceOfSatisfying(SchemaMismatchException.class, missing -> {
                    assertThat(missing.type()).isEqualTo(ErrorType.SCHEMA);
                    assertThat(missing.suggestions()).isNotEmpty();
                    assertThat(missing.requestId()).isNotEqualTo("-");
                });
    }

    @Test
    void doesNotQuoteTheBoundValueThatTheServerRefused() {
        assertThatThrownBy(() -> db.query("select ($1::text)::int", "s3cret")
                        .one(row -> row.get(0))
                        .block(PATIENCE))
                .isInstanceOf(QueryFailedException.class)
                .hasMessageContaining("22P02")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void reportsACommitThatTheServerTurnedIntoARollback() {
        Mono<String> swallowing = db.inTransaction(conn -> insert(conn, 1)
                .then(db.query("select 1 / 0").on(conn).rowsUpdated())
                .onErrorReturn(0L)
                .thenReturn("looks fine"));

        StepVerifier.create(swallowing)
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                QueryFailedException.class,
                                refused -> assertThat(refused.code()).isEqualTo("COMMIT_ROLLED_BACK")));
    }

    @Test
    void streamsRowsOfATransactionBeforeItCommits() {
        Flux<Integer> rows = db.inTransactionMany(
                TransactionOptions.defaults(),
                conn -> insert(conn, 1)
                        .thenMany(db.query("select generate_series(1, 3)")
                                .on(conn)
                                .map(row -> row.get(0, Integer.class))));

        StepVerifier.create(rows, 1)
                .expectNext(1)
                .then(() -> assertThat(accounts()).isEqualTo("0"))
                .thenRequest(10)
                .expectNext(2, 3)
                .verifyComplete();
        assertThat(accounts()).isEqualTo("1");
    }

    @Test
    void runsATransactionWithTheIsolationAndModeThatItAsksFor() {
        TransactionOptions options = TransactionOptions.builder()
                .isolation(IsolationLevel.SERIALIZABLE)
                .readOnly()
                .deferrable()
                .build();

        String modes = db.inTransaction(
                        options,
                        conn -> db.query("select current_setting('transaction_isolation') || ' ' ||"
                                        + " current_setting('transaction_read_only') || ' ' ||"
                                        + " current_setting('transaction_deferrable')")
                                .on(conn)
                                .one(row -> row.get(0, String.class)))
                .block(PATIENCE);

        assertThat(modes).isEqualTo("serializable on on");
    }

    @Test
    void lendsAConnectionUntilItIsReleased() {
        Connection connection = db.getConnection(ConnectionOptions.write()).block(PATIENCE);
        assertThat(db.metrics().leased()).isOne();
        assertThat(insert(connection, 1).block(PATIENCE)).isOne();

        db.releaseConnection(connection).block(PATIENCE);

        assertThat(db.metrics().leased()).isZero();
    }

    @Test
    void refusesASecondReleaseAndAnyUseAfterTheFirst() {
        Connection connection = db.getConnection(ConnectionOptions.write()).block(PATIENCE);
        db.releaseConnection(connection).block(PATIENCE);

        StepVerifier.create(db.releaseConnection(connection)).verifyError(LeaseMisuseException.class);
        assertThatThrownBy(() -> connection.createStatement("select 1")).isInstanceOf(LeaseMisuseException.class);
    }

    @Test
    void servesLibrariesThroughTheSpi() {
        Flux<Integer> rows = Flux.usingWhen(
                db.connectionFactory().create(),
                conn -> Flux.from(conn.createStatement("select 42").execute())
                        .flatMap(result -> result.map((row, metadata) -> row.get(0, Integer.class))),
                Connection::close);

        StepVerifier.create(rows).expectNext(42).verifyComplete();
    }

    @Test
    void tellsListenersOfEachCallExactlyOnce() {
        db.query("select 1").label("good").one(row -> row.get(0)).block(PATIENCE);
        db.query("select 1 / 0")
                .label("bad")
                .one(row -> row.get(0))
                .onErrorComplete()
                .block(PATIENCE);
        StepVerifier.create(db.query("select pg_sleep(30)").label("gone").one(row -> "x"))
                .expectSubscription()
                .then(() -> Databases.await(
                        "it runs",
                        () -> cluster.primary()
                                .queryOne(
                                        "select count(*) from pg_stat_activity where query like '%pg_sleep(30)' and state = 'active'")
                                .equals("1")))
                .thenCancel()
                .verify(PATIENCE);

        Databases.await("three events", () -> events.size() == 3);
        assertThat(events).extracting(CallCompleted::label).containsExactly("good", "bad", "gone");
        assertThat(events)
                .extracting(CallCompleted::outcome)
                .containsExactly(Outcome.SUCCEEDED, Outcome.FAILED, Outcome.CANCELLED);
        assertThat(events.get(0).rows()).isOne();
        assertThat(events.get(0).attempts()).isOne();
        assertThat(db.metrics().calls()).isEqualTo(3);
        assertThat(db.metrics().failures()).isOne();
        assertThat(db.metrics().cancelled()).isOne();
        Databases.await(
                "the cancelled statement's connection is back",
                () -> db.metrics().leased() == 0);
    }

    /** What the call has seen is then known to the session, and to a read that is made with its row at once. */
    @Test
    void whoGetsTheOneRowOfACallFindsTheCallOverRegression() {
        List<Integer> over = new ArrayList<>();

        db.query("select 1")
                .readOnly()
                .one(row -> row.get(0, Integer.class))
                .doOnNext(row -> over.add(events.size()))
                .then(db.query("select 1").rowsUpdated())
                .doOnNext(number -> over.add(events.size()))
                .block(PATIENCE);

        assertThat(over).containsExactly(1, 2);
    }

    @Test
    void startsAgainAtEachSubscription() {
        Mono<Long> insert = db.query("insert into account select coalesce(max(id), 0) + 1, 0 from account")
                .rowsUpdated();
        insert.then(insert).then(insert).block(PATIENCE);

        assertThat(accounts()).isEqualTo("3");
    }
}
