package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.TransactionOptions.Nesting;
import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.ConnectionLostException;
import dev.evenkeel.error.ConstraintViolatedException;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.testkit.Direction;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.IsolationLevel;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** Functions that do not behave behind, beside or instead of their declared last statement: each was wrong once. */
@WithPostgres(isolated = true)
class LastStatementRegressionIT {

    private final PostgresCluster cluster;
    private final AtomicInteger runs = new AtomicInteger();
    private FaultProxy proxy;
    private ReactiveDatabaseManager db;

    LastStatementRegressionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary()
                .execute("drop table if exists entry, ledger; create table ledger (id text primary key);"
                        + " create table entry (ledger text references ledger deferrable initially deferred)");
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

    private static Mono<Long> updated(Statement statement) {
        return Flux.from(statement.execute()).flatMap(Result::getRowsUpdated).reduce(0L, Long::sum);
    }

    @Test
    void aLastStatementThatWasNotSentCommitsNothing() {
        StepVerifier.create(db.inTransaction(conn -> insert(conn, "first")
                        .rowsUpdated()
                        .then(insert(conn, "last").andCommit().rowsUpdated().takeUntilOther(Mono.just(1)))))
                .verifyComplete();

        assertThat(ledgers()).as("what was done before is committed by itself").isEqualTo("first");
    }

    @Test
    void whoeverLeavesItHearsWhatBecameOfIt() {
        Sinks.Empty<Void> leave = Sinks.empty();
        proxy.delay(Direction.TO_CLIENT, Duration.ofMillis(100));
        CompletableFuture<Long> left = db.inTransaction(conn -> insert(conn, "last")
                        .andCommit()
                        .rowsUpdated()
                        .takeUntilOther(leave.asMono())
                        .defaultIfEmpty(-1L))
                .toFuture();
        Databases.await("it is applied", () -> ledgers().equals("last"));
        leave.tryEmitEmpty();

        assertThat(left).succeedsWithin(PATIENCE).isEqualTo(-1L);
    }

    @Test
    void anErrorOfTheMappingHidesNoRefusedCommit() {
        StepVerifier.create(db.inTransaction(conn -> db.query("insert into entry values ($1) returning ledger", "none")
                        .on(conn)
                        .andCommit()
                        .one(row -> {
                            throw new ArithmeticException("mine");
                        })
                        .onErrorResume(ArithmeticException.class, swallowed -> Mono.just("done"))))
                .verifyError(ConstraintViolatedException.class);

        assertThat(cluster.primary().queryOne("select count(*) from entry")).isEqualTo("0");
    }

    @Test
    void aSwallowedLossOfItsAnswerIsStillAnUnknownOutcome() {
        db.inTransaction(conn -> insert(conn, "warm").andCommit().rowsUpdated()).block(PATIENCE);
        proxy.blackhole(Direction.TO_CLIENT);
        CompletableFuture<Long> doubt = db.inTransaction(
                        conn -> insert(conn, "doubt").andCommit().rowsUpdated().onErrorReturn(-1L))
                .toFuture();
        Databases.await("it is applied", () -> ledgers().equals("doubt,warm"));
        proxy.reset();

        assertThat(doubt)
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .withCauseInstanceOf(CommitOutcomeUnknownException.class);
    }

    @Test
    void aFailureBesideItDoesNotRepeatWhatMayBeDurable() {
        ConnectionLostException elsewhere = new ConnectionLostException(Failure.of(
                        "08006", ErrorType.CONNECTION, "another call of the function lost its connection", "repeat it")
                .retryable(true));

        StepVerifier.create(db.inTransaction(conn -> {
                    runs.incrementAndGet();
                    return insert(conn, "run " + runs).andCommit().rowsUpdated().then(Mono.<Long>error(elsewhere));
                }))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                CommitOutcomeUnknownException.class,
                                unknown -> assertThat(unknown.safeToRetry()).isFalse())
                        .hasCause(elsewhere));

        assertThat(ledgers()).isEqualTo("run 1");
    }

    @Test
    void aStatementThatWasMadeBeforeDoesNotRunBehindIt() {
        StepVerifier.create(db.inTransaction(conn -> insert(conn, "last")
                        .andCommit()
                        .rowsUpdated()
                        .then(updated(conn.createStatement("insert into ledger values ('behind')")))))
                .verifyError(LeaseMisuseException.class);

        assertThat(ledgers()).isEqualTo("last");
    }

    @Test
    void aStatementBesideOneThatFailsDoesNotRunByItself() {
        cluster.primary().execute("insert into ledger values ('taken')");
        db.inTransaction(conn -> insert(conn, "warm").rowsUpdated()).block(PATIENCE);

        StepVerifier.create(db.inTransaction(conn -> {
                    Statement beside = conn.createStatement("insert into ledger values ($1)")
                            .bind(0, "beside");
                    return Flux.mergeDelayError(
                                    2, insert(conn, "taken").andCommit().rowsUpdated(), updated(beside))
                            .then();
                }))
                .verifyError();

        assertThat(ledgers()).isEqualTo("taken,warm");
    }

    private Mono<Long> refusedAtItsEnd(TransactionOptions options, Function<Connection, Mono<Long>> behind) {
        return db.inTransaction(
                options,
                conn -> db.query("insert into entry values ($1)", "none")
                        .on(conn)
                        .andCommit()
                        .rowsUpdated()
                        .onErrorResume(swallowed -> behind.apply(conn)));
    }

    @Test
    void behindARefusedCommitNothingRunsByItself() {
        TransactionOptions serializable = TransactionOptions.builder()
                .isolation(IsolationLevel.SERIALIZABLE)
                .build();
        List<Function<Connection, Mono<Long>>> behind = List.of(
                conn -> insert(conn, "ours").rowsUpdated(),
                conn -> updated(conn.createStatement("insert into ledger values ('driver')")),
                conn -> insert(conn, "last").andCommit().rowsUpdated());
        for (Function<Connection, Mono<Long>> next : behind) {
            for (TransactionOptions options : List.of(TransactionOptions.defaults(), serializable)) {
                StepVerifier.create(refusedAtItsEnd(options, next))
                        .verifyErrorSatisfies(error -> assertThat(error).hasMessageContaining("aborted"));
                StepVerifier.create(refusedAtItsEnd(
                                options, conn -> next.apply(conn).onErrorReturn(-1L)))
                        .verifyErrorSatisfies(error -> assertThat(error)
                                .isInstanceOfSatisfying(
                                        DatabaseException.class,
                                        rolledBack ->
                                                assertThat(rolledBack.code()).isEqualTo("COMMIT_ROLLED_BACK")));
            }
        }
        StepVerifier.create(db.inTransaction(conn -> insert(conn, "first")
                        .rowsUpdated()
                        .then(db.query("insert into entry values ($1)", "none")
                                .on(conn)
                                .andCommit()
                                .rowsUpdated())
                        .onErrorResume(swallowed -> insert(conn, "outside").rowsUpdated())))
                .verifyError(QueryFailedException.class);

        assertThat(ledgers()).isEmpty();
    }

    @Test
    void whatWasSentBesideItIsPartOfTheTransaction() {
        db.inTransaction(conn -> insert(conn, "warm").rowsUpdated()).block(PATIENCE);

        StepVerifier.create(db.inTransaction(conn -> Flux.merge(
                                updated(conn.createStatement("insert into ledger values ('driver')")),
                                insert(conn, "last").andCommit().rowsUpdated())
                        .reduce(0L, Long::sum)))
                .expectNext(2L)
                .verifyComplete();

        assertThat(ledgers()).isEqualTo("driver,last,warm");
    }

    @Test
    void itDoesNotRunWhenTheFunctionHasEndedTheTransaction() {
        StepVerifier.create(db.inTransaction(conn -> insert(conn, "first")
                        .rowsUpdated()
                        .then(Mono.from(conn.rollbackTransaction()))
                        .then(insert(conn, "last").andCommit().rowsUpdated())))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                QueryFailedException.class,
                                ended -> assertThat(ended.code()).isEqualTo("TRANSACTION_ENDED")));

        assertThat(ledgers()).isEmpty();
    }

    @Test
    void whatIsDurableIsNotCalledRolledBack() {
        Mono<Long> swallowing = db.inTransaction(conn -> insert(conn, "last")
                .andCommit()
                .rowsUpdated()
                .flatMap(done -> db.inTransaction(
                                inner -> insert(inner, "joined").rowsUpdated())
                        .onErrorReturn(-1L)));

        StepVerifier.create(swallowing).expectNext(-1L).verifyComplete();

        assertThat(ledgers()).isEqualTo("last");
    }

    @Test
    void itCommitsBehindATransactionThatHasJoinedAndEnded() {
        TransactionOptions joins =
                TransactionOptions.builder().nesting(Nesting.JOIN).build();
        Mono<Long> both = db.inTransaction(conn -> db.inTransaction(
                        joins,
                        inner ->
                                insert(inner, "joined" + runs.incrementAndGet()).rowsUpdated())
                .then(Mono.defer(() -> insert(conn, "last" + runs).andCommit().rowsUpdated())));
        both.block(PATIENCE);
        proxy.resetCounters();

        both.block(PATIENCE);

        assertThat(proxy.messages(Direction.TO_SERVER, 'Q'))
                .as("COMMIT by itself")
                .isZero();
        assertThat(ledgers()).isEqualTo("joined1,joined2,last1,last2");
    }

    @Test
    void aFunctionThatEmitsTwoValuesIsRefused() {
        assertThatThrownBy(() -> db.inTransaction(conn -> Mono.fromDirect(Flux.just(1, 2)))
                        .block(PATIENCE))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
