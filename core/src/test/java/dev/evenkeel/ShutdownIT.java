package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.error.ManagerClosedException;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

@WithPostgres
class ShutdownIT {

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    ShutdownIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        db = Databases.start(cluster);
    }

    private String sessions() {
        return cluster.primary().queryOne("select count(*) from pg_stat_activity where application_name = 'evenkeel'");
    }

    @Test
    void letsRunningCallsFinishAndRefusesNewOnes() {
        CompletableFuture<String> running = db.query("select 'kept' from pg_sleep(0.3)")
                .one(row -> row.get(0, String.class))
                .toFuture();
        await("it runs", () -> db.metrics().leased() == 1);

        CompletableFuture<Void> shutdown = db.shutdown(Duration.ofSeconds(5)).toFuture();

        StepVerifier.create(db.query("select 1").one(row -> row.get(0))).verifyError(ManagerClosedException.class);
        assertThat(running).succeedsWithin(PATIENCE).isEqualTo("kept");
        assertThat(shutdown).succeedsWithin(PATIENCE);
        await("no session is left", () -> sessions().equals("0"));
    }

    @Test
    void underLoadNothingAcknowledgedIsLostAndNobodyWaitsForAnAnswer() {
        cluster.primary().execute(Load.TABLE);
        Load load = Load.start(db, 8, 8);
        load.nextWrite();
        int reads = load.reads();
        await("readers read", () -> load.reads() > reads);

        db.shutdown(Duration.ofSeconds(5)).block(PATIENCE);
        await("no session is left", () -> sessions().equals("0"));
        load.stop();

        assertThat(load.failedReads()).isNotEmpty().allMatch(ManagerClosedException.class::isInstance);
        assertThat(load.failedWrites()).isNotEmpty().allMatch(ManagerClosedException.class::isInstance);
        assertThat(load.missingOn(cluster.primary())).isEmpty();
        assertThat(cluster.primary().queryOne("select count(*) from written"))
                .as("nor is anything there that was not acknowledged")
                .isEqualTo(String.valueOf(load.acknowledged().size()));
    }

    @Test
    void underLoadEndlessTransactionsEndWithTheGracePeriodAndLeaveNothingBehind() {
        cluster.primary().execute(Load.TABLE);
        Load load = Load.start(db, 2, 2);
        CompletableFuture<Long> endless = db.inTransaction(conn -> db.query("insert into written values (-1)")
                        .on(conn)
                        .rowsUpdated()
                        .flatMap(
                                rows -> db.query("select pg_sleep(30)").on(conn).rowsUpdated()))
                .toFuture();
        await(
                "it runs",
                () -> cluster.primary()
                        .queryOne("select count(*) from pg_stat_activity where query like 'select pg_sleep(30)%'")
                        .equals("1"));

        db.shutdown(Duration.ofMillis(200)).block(PATIENCE);
        load.stop();

        assertThat(endless).failsWithin(PATIENCE);
        await("no session is left", () -> sessions().equals("0"));
        assertThat(load.missingOn(cluster.primary())).isEmpty();
        assertThat(cluster.primary().queryOne("select count(*) from written where id = -1"))
                .isEqualTo("0");
    }

    @Test
    void stopsWhatOutlivesTheGracePeriod() {
        CompletableFuture<String> endless =
                db.query("select pg_sleep(30)").one(row -> "late").toFuture();
        Connection forgotten = db.getConnection(ConnectionOptions.write()).block(PATIENCE);
        assertThat(forgotten).isNotNull();
        await("both are out", () -> db.metrics().leased() == 2);

        db.shutdown(Duration.ofMillis(100)).block(Duration.ofSeconds(5));

        assertThat(endless).failsWithin(PATIENCE);
        await("no session is left", () -> sessions().equals("0"));
    }

    @Test
    void aStartThatIsCancelledLeavesNoSession() {
        db.shutdown().block(PATIENCE);
        for (int millis = 0; millis < 100; millis += 10) {
            ReactiveDatabaseManager faster = ReactiveDatabaseManager.start(
                            Databases.config(cluster).build())
                    .takeUntilOther(Mono.delay(Duration.ofMillis(millis)))
                    .block(PATIENCE);
            if (faster != null) {
                faster.shutdown().block(PATIENCE);
            }
        }
        await("no session is left", () -> sessions().equals("0"));
    }

    @Test
    @Tag(Databases.OWN_SESSIONS)
    void aClosedManagerOpensNothing() {
        db.shutdown().block(PATIENCE);

        StepVerifier.create(db.rotateConnections()).verifyError(ManagerClosedException.class);
        StepVerifier.create(db.validatePool()).verifyError(ManagerClosedException.class);
        assertThat(db.healthCheck().block(PATIENCE)).isNotNull();
        assertThat(sessions()).isEqualTo("0");
    }

    @Test
    void completesTheHealthStreamAndASecondShutdownWaitsForTheFirst() {
        StepVerifier.create(db.health())
                .expectNextCount(1)
                .then(() -> db.shutdown().and(db.shutdown()).block(PATIENCE))
                .thenConsumeWhile(snapshot -> true)
                .verifyComplete();
    }
}
