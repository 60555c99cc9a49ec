package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.TransactionOptions.Nesting;
import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Every commit waits for a replica, and the replica hangs. */
@WithPostgres(replicas = 1, synchronous = 1, isolated = true)
class SynchronousCommitIT {

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    SynchronousCommitIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary().execute("drop table if exists note, evenkeel_commit; create table note (v text)");
        cluster.primary().execute(TransactionOptions.MARKER_TABLE);
        db = Databases.start(DatabaseConfig.builder()
                .primary(cluster.url(cluster.primary()))
                .callTimeout(Duration.ofSeconds(15))
                .build());
        leaks.watch("leased connections", () -> db.metrics().leased());
        cluster.hang(replica());
    }

    @AfterEach
    void stop() {
        cluster.resume(replica());
        cluster.awaitStreaming(PATIENCE);
        db.shutdown().block(PATIENCE);
    }

    private PostgresNode replica() {
        return cluster.replicas().get(0);
    }

    private Mono<Long> note(TransactionOptions options) {
        return db.inTransaction(
                options,
                conn -> db.query("insert into note values ($1)", "x").on(conn).rowsUpdated());
    }

    private long waitingForTheReplica() {
        return Long.parseLong(
                cluster.primary()
                        .queryOne(
                                "select count(*) from pg_stat_activity where wait_event = 'SyncRep' and backend_type = 'client backend'"));
    }

    private void giveUpTheWait() {
        await("COMMIT waits for the replica", () -> waitingForTheReplica() > 0);
        assertThat(cluster.primary()
                        .queryOne("select bool_and(pg_cancel_backend(pid)) from pg_stat_activity"
                                + " where wait_event = 'SyncRep'"))
                .isEqualTo("t");
    }

    @Test
    void aCommitThatWasReleasedBeforeItsReplicaHadItIsReportedAsNotReplicated() {
        CompletableFuture<Long> noted = note(TransactionOptions.defaults()).toFuture();

        giveUpTheWait();

        assertThat(noted)
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(CommitOutcomeUnknownException.class, unknown -> {
                    assertThat(unknown.code()).isEqualTo("COMMIT_NOT_REPLICATED");
                    assertThat(unknown.safeToRetry()).isFalse();
                    assertThat(unknown.details()).containsEntry("committed", "on the primary only");
                });
        assertThat(cluster.primary().queryOne("select count(*) from note")).isEqualTo("1");
    }

    private static void isNotReplicated(CompletableFuture<Long> noted) {
        assertThat(noted)
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(
                        CommitOutcomeUnknownException.class,
                        unknown -> assertThat(unknown.code()).isEqualTo("COMMIT_NOT_REPLICATED"));
    }

    @Test
    void soItIsWhenTheTransactionIsOneWriteWithoutACommit() {
        CompletableFuture<Long> noted = db.query("insert into note values ($1)", "y")
                .after(db.query("insert into note values ($1)", "x"))
                .rowsUpdated()
                .toFuture();

        giveUpTheWait();

        isNotReplicated(noted);
        assertThat(cluster.primary().queryOne("select count(*) from note")).isEqualTo("2");
    }

    /** The plan became stale in a savepoint, and that was taken back: the transaction is none that could be healed by another run. */
    @Test
    void aTransactionThatHasTakenAStalePlanBackIsNotRepeatedForItsCommitRegression() {
        TransactionOptions savepoint =
                TransactionOptions.builder().nesting(Nesting.SAVEPOINT).build();
        AtomicInteger runs = new AtomicInteger();
        Function<Connection, Mono<Integer>> reading =
                conn -> db.query("select * from note limit $1::int", 1).on(conn).one(row -> 1);
        db.inTransaction(reading).block(PATIENCE);
        cluster.primary().execute("set synchronous_commit = local; alter table note add column more int");
        CompletableFuture<Long> noted = db.inTransaction(conn -> {
                    runs.incrementAndGet();
                    return db.inTransaction(savepoint, reading)
                            .onErrorResume(stale -> Mono.empty())
                            .then(db.query("insert into note values ($1)", "x")
                                    .on(conn)
                                    .rowsUpdated());
                })
                .toFuture();

        giveUpTheWait();

        isNotReplicated(noted);
        assertThat(runs).hasValue(1);
        assertThat(cluster.primary().queryOne("select count(*) from note")).isEqualTo("1");
    }

    @Test
    void aCommitThatIsStillWaitingAtTheDeadlineIsUnknownAndIsNotCancelled() {
        StepVerifier.create(note(TransactionOptions.builder()
                        .timeout(Duration.ofSeconds(1))
                        .build()))
                .verifyError(CommitOutcomeUnknownException.class);
        assertThat(waitingForTheReplica()).isEqualTo(1);

        cluster.resume(replica());

        await(
                "it is durable",
                () -> cluster.primary().queryOne("select count(*) from note").equals("1"));
    }

    @Test
    void exactlyOnceEndsOnlyWhenTheReplicaHasIt() {
        CompletableFuture<Long> noted =
                note(TransactionOptions.builder().exactlyOnce().build()).toFuture();

        giveUpTheWait();
        await("somebody asks for the outcome, and waits as well", () -> waitingForTheReplica() > 0);
        assertThat(noted).isNotDone();
        cluster.resume(replica());

        assertThat(noted).succeedsWithin(PATIENCE).isEqualTo(1L);
        cluster.awaitReplayed(PATIENCE);
        assertThat(replica().queryOne("select count(*) from note")).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"COMMIT", " /* done */ end", "select 1; commit"})
    void aCommitByPlainSqlIsNotCancelledWhenItsCallerGoesAway(String commit) {
        Disposable call = db.withConnection(
                        ConnectionOptions.write(),
                        conn -> Flux.just("BEGIN", "insert into note values ('x')", commit)
                                .concatMap(sql -> db.query(sql).on(conn).rowsUpdated())
                                .then())
                .subscribe();
        await("COMMIT waits for the replica", () -> waitingForTheReplica() == 1);

        call.dispose();

        await("the connection is given up", () -> db.metrics().leased() == 0);
        assertThat(waitingForTheReplica()).isEqualTo(1);
        cluster.resume(replica());
        await(
                "it is durable",
                () -> cluster.primary().queryOne("select count(*) from note").equals("1"));
    }
}
