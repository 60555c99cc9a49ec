package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.driver.DriverClient;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.netty.channel.Channel;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.client.ReactorNettyClient;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.IsolationLevel;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** What a reviewer found when answers came to be read at the socket. */
@WithPostgres
class AnswersRegressionIT {

    /** More than the driver asks for ahead, and few enough to come in one read. */
    private static final String MANY_ROWS = "select g from generate_series(1, 700) g";

    /** One of so many will do. */
    private static final int ATTEMPTS = 12;

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    AnswersRegressionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        cluster.primary()
                .execute("drop table if exists item; create table item (id int primary key, name text);"
                        + " insert into item values (1, 'a')");
        db = Databases.start(
                cluster,
                config -> config.pool(PoolConfig.builder()
                                .minSize(0)
                                .maxSize(1)
                                .lanes(0)
                                .build())
                        .callTimeout(Duration.ofSeconds(19))
                        .monitoring(MonitoringConfig.defaults().withProbeInterval(Duration.ofMinutes(1))));
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private Mono<Long> rename(Connection conn, String name) {
        return db.query("update item set name = $1 where id = 1", name).on(conn).rowsUpdated();
    }

    private Mono<Long> add(Connection conn, int id) {
        return db.query("insert into item values ($1, 'another')", id).on(conn).rowsUpdated();
    }

    private String state() {
        return cluster.primary().queryOne("select string_agg(id || name, ' ' order by id) from item");
    }

    /** BEGIN and all that was prepared by then is not known to the session any more. */
    private void forgetAllStatements() {
        db.inTransaction(conn -> rename(conn, "b")).block(PATIENCE);
        db.withConnection(
                        ConnectionOptions.write(),
                        conn -> db.query("deallocate all").on(conn).rowsUpdated())
                .block(PATIENCE);
    }

    @Test
    void whatIsSentBehindTheFirstStatementWithoutWaitingIsInTheTransactionToo() {
        forgetAllStatements();

        StepVerifier.create(db.inTransaction(conn -> Mono.when(rename(conn, "c"), add(conn, 7))
                        .then(Mono.error(new IllegalStateException("not this time")))))
                .verifyError(IllegalStateException.class);

        assertThat(state()).isEqualTo("1b");
    }

    @Test
    void whatFollowsAFirstStatementThatWasGivenUpIsInTheTransactionToo() {
        forgetAllStatements();
        AtomicBoolean answered = new AtomicBoolean();

        StepVerifier.create(db.inTransaction(conn -> Mono.defer(() -> {
                            rename(conn, "c").subscribe().dispose();
                            return db.query("select $1::text", "behind it")
                                    .on(conn)
                                    .one(row -> row.get(0, String.class))
                                    .onErrorComplete()
                                    .doOnTerminate(() -> answered.set(true));
                        })
                        .then(add(conn, 7))
                        .then(Mono.error(new IllegalStateException("not this time")))))
                .verifyError();

        assertThat(answered).isTrue();
        assertThat(state()).isEqualTo("1b");
    }

    /** The driver kept each in its queue, for want of somebody who takes it, until it stopped reading. */
    @Test
    void settingsThatChangeInEachOfManyTransactionsDoNotKeepTheDriverFromReading() {
        Long done = Flux.range(0, 600)
                .concatMap(number -> db.inTransaction(
                        conn -> db.query("select set_config('application_name', $1, true)", "n" + number)
                                .on(conn)
                                .one(row -> row.get(0, String.class))))
                .count()
                .block(Duration.ofSeconds(60));

        assertThat(done).isEqualTo(600);
    }

    private static PostgresqlConnection driver(Connection connection) {
        return (PostgresqlConnection) ((Wrapped<?>) connection).unwrap();
    }

    /** On a thread that may wait. */
    private <T> T held(Function<Connection, Callable<T>> work) {
        return db.withConnection(
                        ConnectionOptions.write(),
                        conn -> Mono.fromCallable(work.apply(conn)).subscribeOn(Schedulers.boundedElastic()))
                .block(PATIENCE);
    }

    /** So that a read takes all that has arrived: it is as large as lately was of use. */
    private void readMuch(Connection conn) {
        db.query("select g as much from generate_series(1, $1::int) g", 200_000)
                .on(conn)
                .map(row -> 1)
                .then()
                .block(PATIENCE);
    }

    /** What is sent meanwhile is answered before the session's thread looks for answers again: all of it comes in one read. */
    private void answeredAtOnce(Connection conn, Runnable sending) {
        String pid = db.query("select pg_backend_pid()::text")
                .on(conn)
                .one(row -> row.get(0, String.class))
                .block(PATIENCE);
        readMuch(conn);
        Channel channel = DriverClient.channel((ReactorNettyClient) DriverClient.of(driver(conn)));
        AtomicBoolean answered = new AtomicBoolean();
        sending.run();
        channel.eventLoop().execute(() -> {
            boolean busy = true;
            while (busy) {
                busy = !answered.get();
            }
        });
        try {
            await(
                    "the server has answered",
                    () -> cluster.primary()
                            .queryOne("select (state like 'idle%' and query not like '%as much%')::text"
                                    + " from pg_stat_activity where pid = " + pid)
                            .equals("true"));
        } finally {
            answered.set(true);
        }
    }

    /** Takes one row, and more when it is told to. */
    private static final class Slow<T> extends BaseSubscriber<T> {

        private final AtomicInteger seen = new AtomicInteger();
        private volatile boolean over;

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(1);
        }

        @Override
        protected void hookOnNext(T item) {
            seen.incrementAndGet();
        }

        @Override
        protected void hookFinally(SignalType end) {
            over = true;
        }

        void takeAll() {
            request(Long.MAX_VALUE);
            await("the end of a slow reader's answer", () -> over);
        }
    }

    private static Flux<Integer> manyRows(Connection connection) {
        return Flux.from(connection
                        .createStatement(MANY_ROWS + ", pg_sleep(0.3)")
                        .execute())
                .concatMap(result -> result.map(row -> row.get(0, Integer.class)), 1);
    }

    /** Whether two answers have come in one read, which they mostly do. If not, the second one waits behind what is not taken. */
    private static boolean inOneRead(BooleanSupplier secondIsThere) {
        try {
            await("the second answer", Duration.ofMillis(500), secondIsThere);
            return true;
        } catch (AssertionError split) {
            return false;
        }
    }

    @Test
    void aSessionReadsOnWhenTwoWhoDidNotTakeTheirRowsTakeThemAfterAll() {
        boolean met = held(conn -> () -> {
            boolean inOneRead = false;
            for (int attempt = 0; attempt < ATTEMPTS && !inOneRead; attempt++) {
                Slow<Integer> drivers = new Slow<>();
                Slow<Integer> ours = new Slow<>();
                answeredAtOnce(conn, () -> {
                    manyRows(driver(conn)).subscribe(drivers);
                    db.query("select g from generate_series(1, $1::int) g", 50)
                            .on(conn)
                            .map(row -> row.get(0, Integer.class))
                            .subscribe(ours);
                });
                inOneRead = inOneRead(() -> drivers.seen.get() > 0 && ours.seen.get() > 0);
                drivers.takeAll();
                ours.takeAll();
                String next = db.query("select $1::text", "next")
                        .on(conn)
                        .one(row -> row.get(0, String.class))
                        .block(Duration.ofSeconds(5));
                assertThat(next).isEqualTo("next");
            }
            return inOneRead;
        });

        assertThat(met).as("two answers in one read").isTrue();
    }

    /** The driver believed what it read last, which was older than what the server had said of the COMMIT. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTransactionBeginsAlthoughARowOfTheOneBeforeIsReadAfterItsCommit(boolean byDriver) {
        boolean met = held(conn -> () -> {
            boolean inOneRead = false;
            for (int attempt = 0; attempt < ATTEMPTS && !inOneRead; attempt++) {
                Mono.from(conn.beginTransaction()).block(PATIENCE);
                rename(conn, "x").block(PATIENCE);
                Slow<Integer> rows = new Slow<>();
                Slow<Void> commit = new Slow<>();
                answeredAtOnce(conn, () -> {
                    manyRows(conn).subscribe(rows);
                    conn.commitTransaction().subscribe(commit);
                });
                inOneRead = inOneRead(() -> commit.over);
                rows.takeAll();
                await("the commit", () -> commit.over);

                Mono.from(byDriver ? conn.beginTransaction(IsolationLevel.SERIALIZABLE) : conn.beginTransaction())
                        .block(PATIENCE);
                rename(conn, "outside").block(PATIENCE);
                Mono.from(conn.rollbackTransaction()).block(PATIENCE);
                assertThat(state()).isEqualTo("1x");
            }
            return inOneRead;
        });

        assertThat(met).as("two answers in one read").isTrue();
    }
}
