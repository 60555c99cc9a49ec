package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.DeadlineExceededException;
import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.error.PoolExhaustedException;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** A pool of one connection: whatever a caller leaves on it, the next one would find. */
@WithPostgres
class CleanLeaseIT {

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    CleanLeaseIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary().execute("drop table if exists note; create table note (v text)");
        db = Databases.start(
                cluster,
                config -> config.pool(PoolConfig.builder()
                        .minSize(0)
                        .maxSize(1)
                        .maxQueue(2)
                        .acquireTimeout(Duration.ofSeconds(5))
                        .build()));
        leaks.watch("leased connections", () -> db.metrics().leased());
        leaks.watch("waiting callers", () -> db.metrics().waiting());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private String running() {
        return cluster.primary()
                .queryOne(
                        "select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep(30)'");
    }

    private void nextCallerIsUnaffected() {
        String state = db.withConnection(
                        ConnectionOptions.write(),
                        conn -> Flux.from(conn.createStatement("select current_setting('statement_timeout') || ' '"
                                                + " || (now() = statement_timestamp())")
                                        .execute())
                                .concatMap(result -> result.map((row, metadata) -> row.get(0, String.class)))
                                .single()
                                .map(text -> conn.isAutoCommit() + " " + text))
                .block(PATIENCE);
        assertThat(state).isEqualTo("true 0 true");
    }

    @Test
    void stopsTheServerWhenTheSubscriberGoesAway() {
        Disposable call = db.query("select pg_sleep(30)").one(row -> "late").subscribe();
        await("it runs", () -> running().equals("1"));

        call.dispose();

        await("the server is idle", () -> running().equals("0"));
        nextCallerIsUnaffected();
    }

    @Test
    void stopsTheServerAtTheDeadlineAndSaysSo() {
        // The deadline is for the work, not for a login on a busy machine.
        nextCallerIsUnaffected();
        long begun = System.nanoTime();

        StepVerifier.create(db.query("select pg_sleep(30)")
                        .timeout(Duration.ofMillis(300))
                        .label("nap")
                        .one(row -> "late"))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(DeadlineExceededException.class)
                        .hasMessageContaining("nap")
                        .hasMessageContaining("PT0.3S"));

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(1300));
        assertThat(running()).isEqualTo("0");
        nextCallerIsUnaffected();
    }

    /** The error comes when the server has answered: until then it was not idle. */
    @Test
    void theServerIsIdleSoonAfterTheDeadline() {
        nextCallerIsUnaffected();
        long[] late = new long[30];
        Duration limit = Duration.ofMillis(300);
        for (int i = 0; i < late.length; i++) {
            // So that the time limit does not pass while a connection is opened.
            db.query("select 1").one(row -> row.get(0)).block(PATIENCE);
            long begun = System.nanoTime();
            StepVerifier.create(db.query("select pg_sleep(30)").timeout(limit).one(row -> "late"))
                    .expectError(DeadlineExceededException.class)
                    .verify(PATIENCE);
            late[i] = Duration.ofNanos(System.nanoTime() - begun).minus(limit).toMillis();
            await("the server is idle", () -> running().equals("0"));
        }
        nextCallerIsUnaffected();

        Arrays.sort(late);
        LoggerFactory.getLogger("figures")
                .info("server idle after the deadline: {} / {} / {} ms", late[0], late[15], late[29]);
    }

    @Test
    void callsInsideACallObeyTheOuterDeadline() {
        Mono<String> outer = db.withConnection(
                ConnectionOptions.write().timeout(Duration.ofMillis(300)),
                conn -> db.query("select pg_sleep(30)")
                        .timeout(Duration.ofMinutes(1))
                        .one(row -> "late"));

        StepVerifier.create(outer).expectError().verify(Duration.ofSeconds(2));
        await("all is idle", () -> db.metrics().leased() + db.metrics().waiting() == 0);
    }

    @Test
    void aTimeoutInTheContextHoldsForAllCallsInsideTogether() {
        Mono<String> half = db.query("select pg_sleep(0.3)").one(row -> "done");

        StepVerifier.create(half.then(half)
                        .then(db.query("select pg_sleep(30)").one(row -> "late"))
                        .contextWrite(CallContext.timeout(Duration.ofSeconds(1)))
                        .contextWrite(CallContext.timeout(Duration.ofSeconds(9))))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(DeadlineExceededException.class)
                        .hasMessageContaining("PT1S"))
                .verify(PATIENCE);
        await("the server is idle", () -> running().equals("0"));
        nextCallerIsUnaffected();
    }

    @Test
    void rollsBackATransactionThatTheFunctionLeftOpen() {
        db.withConnection(
                        ConnectionOptions.write(),
                        conn -> Mono.from(conn.beginTransaction())
                                .then(db.query("insert into note values ('x')")
                                        .on(conn)
                                        .rowsUpdated()))
                .block(PATIENCE);

        assertThat(cluster.primary().queryOne("select count(*) from note")).isEqualTo("0");
        nextCallerIsUnaffected();
    }

    @Test
    void rollsBackATransactionThatWasBegunByPlainSql() {
        db.withConnection(
                        ConnectionOptions.write(),
                        conn -> Flux.from(conn.createStatement("BEGIN").execute())
                                .flatMap(Result::getRowsUpdated)
                                .then(db.query("insert into note values ('x')")
                                        .on(conn)
                                        .rowsUpdated()))
                .block(PATIENCE);

        assertThat(cluster.primary().queryOne("select count(*) from note")).isEqualTo("0");
        nextCallerIsUnaffected();
    }

    /** A cancel can meet a BEGIN that is just being handed to the driver by another thread. */
    @Test
    void rollsBackWhenTheSubscriberGoesAwayAroundBegin() {
        for (int round = 0; round < 1000; round++) {
            Disposable call = db.inTransaction(conn -> Mono.never()).subscribe();
            long until = System.nanoTime() + round * 2_000L;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            call.dispose();
            nextCallerIsUnaffected();
        }
    }

    @Test
    void doesNotHandOnAResultThatNobodyConsumed() {
        db.withConnection(
                        ConnectionOptions.write(),
                        conn -> Mono.from(
                                        conn.createStatement("select g from generate_series(1, 100000) g where g > $1")
                                                .bind(0, 0)
                                                .execute())
                                .then())
                .block(PATIENCE);

        nextCallerIsUnaffected();
    }

    @Test
    void refusesAResultThatIsConsumedAfterTheRelease() {
        AtomicReference<Result> kept = new AtomicReference<>();
        db.withConnection(
                        ConnectionOptions.write(),
                        conn -> Mono.from(conn.createStatement("select $1::int")
                                        .bind(0, 1)
                                        .execute())
                                .doOnNext(kept::set)
                                .then())
                .block(PATIENCE);

        StepVerifier.create(kept.get().getRowsUpdated()).verifyError(LeaseMisuseException.class);
        nextCallerIsUnaffected();
    }

    /** Behind it is what the next caller has by then. */
    @Test
    void refusesToShowTheDriversConnectionAfterTheRelease() {
        AtomicReference<Connection> kept = new AtomicReference<>();
        db.withConnection(ConnectionOptions.write(), conn -> Mono.fromRunnable(() -> kept.set(conn)))
                .block(PATIENCE);
        Wrapped<?> released = (Wrapped<?>) kept.get();

        assertThatThrownBy(released::unwrap).isInstanceOf(LeaseMisuseException.class);
        assertThatThrownBy(() -> released.unwrap(PostgresqlConnection.class)).isInstanceOf(LeaseMisuseException.class);
        assertThat(LeasedConnection.of(kept.get())).isSameAs(kept.get());
        nextCallerIsUnaffected();
    }

    @Test
    @Tag(Databases.OWN_SESSIONS)
    void closesASessionWhoseSettingsWereChanged() {
        db.withConnection(
                        ConnectionOptions.write(), conn -> Mono.from(conn.setStatementTimeout(Duration.ofMillis(1234))))
                .block(PATIENCE);

        nextCallerIsUnaffected();
    }

    @Test
    @Tag(Databases.OWN_SESSIONS)
    void replacesAConnectionThatTheServerHasClosed() {
        nextCallerIsUnaffected();
        cluster.primary()
                .execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'evenkeel'");
        await(
                "the pool has noticed",
                () -> db.metrics().pools().values().iterator().next().idle() == 0);

        nextCallerIsUnaffected();
    }

    @Test
    void givesBackAConnectionWhoseCallerStoppedWaiting() {
        Connection held = db.getConnection(ConnectionOptions.write()).block(PATIENCE);
        Disposable waiting = db.query("select 1").one(row -> row.get(0)).subscribe();
        await("it waits", () -> db.metrics().waiting() == 1);

        waiting.dispose();
        db.releaseConnection(held).block(PATIENCE);

        nextCallerIsUnaffected();
    }

    @Test
    void refusesACallerAtOnceWhenTheQueueIsFull() {
        Connection held = db.getConnection(ConnectionOptions.write()).block(PATIENCE);
        Flux<Object> queued = Flux.range(0, 2).flatMap(i -> db.query("select 1").one(row -> row.get(0)));
        Disposable waiting = queued.subscribe();
        await("two wait", () -> db.metrics().waiting() == 2);

        StepVerifier.create(db.query("select 1").one(row -> row.get(0)))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(PoolExhaustedException.class, full -> {
                            assertThat(full.details())
                                    .containsEntry("waiting", "2")
                                    .containsEntry("max", "1");
                            assertThat(full.safeToRetry()).isTrue();
                            assertThat(full.requestId()).isNotEqualTo("-");
                        }));

        db.releaseConnection(held).block(PATIENCE);
        await("the queue is served", waiting::isDisposed);
    }

    @Test
    void tellsAWaitingCallerTheStateOfThePoolWhenItsTimeIsUp() {
        Connection held = db.getConnection(ConnectionOptions.write()).block(PATIENCE);

        StepVerifier.create(db.query("select 1").timeout(Duration.ofMillis(100)).one(row -> row.get(0)))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(PoolExhaustedException.class)
                        .hasMessageContaining("active=1")
                        .hasMessageContaining("max=1"));

        db.releaseConnection(held).block(PATIENCE);
    }
}
