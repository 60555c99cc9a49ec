package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.ConstraintViolatedException;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.StatementCompleted;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** One connection: what a COPY leaves on it would be found. */
@WithPostgres
@ExtendWith(BufferLeaks.class)
class CopyIT {

    private static final String IN = "copy item from stdin (format csv)";
    private static final String OUT = "copy (select id, name from item order by id) to stdout (format csv)";

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;
    private Integer pid;

    CopyIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary().execute("drop table if exists item; create table item (id bigint primary key, name text)");
        db = Databases.start(
                cluster,
                config -> config.pool(PoolConfig.builder().minSize(0).maxSize(1).build()));
        leaks.watch("leased connections", () -> db.metrics().leased());
        pid = pid();
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String count() {
        return cluster.primary().queryOne("select count(*) from item");
    }

    private Mono<Long> in(String sql, Flux<byte[]> data) {
        return db.withConnection(
                ConnectionOptions.write(),
                connection -> LeasedConnection.of(connection).copyIn(sql, data));
    }

    private Flux<byte[]> out(String sql) {
        return db.withConnectionMany(
                ConnectionOptions.write(),
                connection -> LeasedConnection.of(connection).copyOut(sql));
    }

    /** The only connection is as good as new, and the same, and was not waited for. */
    private void nextCallerIsUnaffected() {
        long begun = System.nanoTime();
        assertThat(pid()).isEqualTo(pid);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(700));
    }

    private Integer pid() {
        return db.query("select pg_backend_pid()")
                .one(row -> row.get(0, Integer.class))
                .block(PATIENCE);
    }

    @Test
    void whatIsCutAnywhereArrivesAsAWhole() {
        byte[] all = bytes("1,first\n2,\"with \"\"quotes\"\", and ä€😀\"\n3,\n");
        Flux<byte[]> cut = Flux.range(0, all.length).map(i -> new byte[] {all[i]});

        StepVerifier.create(in(IN, cut)).expectNext(3L).verifyComplete();

        assertThat(cluster.primary().queryAll("select id || ' ' || coalesce(name, 'null') from item order by id"))
                .containsExactly("1 first", "2 with \"quotes\", and ä€😀", "3 null");
        nextCallerIsUnaffected();
    }

    @Test
    void comesBackLineByLine() {
        in(IN, Flux.just(bytes("1,one\n2,\"two\nlines\"\n"))).block(PATIENCE);

        List<String> lines = out(OUT).map(line -> new String(line, StandardCharsets.UTF_8))
                .collectList()
                .block(PATIENCE);

        assertThat(lines).containsExactly("1,one\n", "2,\"two\nlines\"\n");
    }

    @Test
    void nothingIsNoError() {
        StepVerifier.create(in(IN, Flux.empty())).expectNext(0L).verifyComplete();
        StepVerifier.create(out(OUT)).verifyComplete();
        nextCallerIsUnaffected();
    }

    @Test
    void isPartOfTheTransactionAroundIt() {
        assertThatThrownBy(() -> db.inTransaction(connection -> LeasedConnection.of(connection)
                                .copyIn(IN, Flux.just(bytes("1,one\n")))
                                .flatMap(rows -> Mono.error(new IllegalStateException("changed my mind"))))
                        .block(PATIENCE))
                .hasMessage("changed my mind");
        assertThat(count()).isEqualTo("0");

        List<byte[]> seen = db.inTransaction(connection -> LeasedConnection.of(connection)
                        .copyIn(IN, Flux.just(bytes("1,one\n")))
                        .thenMany(LeasedConnection.of(connection).copyOut(OUT))
                        .collectList())
                .block(PATIENCE);
        assertThat(seen).containsExactly(bytes("1,one\n"));
        assertThat(count()).isEqualTo("1");
    }

    @Test
    void aLineThatDoesNotFitStoresNothingAndIsNamed() {
        assertThatThrownBy(() ->
                        in(IN, Flux.just(bytes("1,one\n2,two\nsecret,three\n"))).block(PATIENCE))
                .isInstanceOf(QueryFailedException.class)
                .hasMessageContaining("22P02")
                .hasMessageContaining("line 3, column id")
                .hasMessageNotContaining("secret");
        assertThat(count()).isEqualTo("0");
        nextCallerIsUnaffected();
    }

    @Test
    void anErrorOfTheDataIsPassedOnAndNothingIsStored() {
        RuntimeException broken = new IllegalStateException("the source broke");

        StepVerifier.create(in(IN, Flux.just(bytes("1,one\n")).concatWith(Flux.error(broken))))
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(broken));

        assertThat(count()).isEqualTo("0");
        nextCallerIsUnaffected();
    }

    @Test
    void anErrorOfTheServerBehindTheFirstLinesIsTold() {
        StepVerifier.create(out("copy (select 12 / (5000 - n) from generate_series(1, 10000) n) to stdout"))
                .thenConsumeWhile(line -> true)
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(QueryFailedException.class)
                        .hasMessageContaining("22012"));
        nextCallerIsUnaffected();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1",
                "copy item to stdout",
                "copy item from stdin; copy item from stdin",
                "copy item from '/tmp/item'",
                ""
            })
    void otherStatementsAreRefusedBeforeAnythingIsSent(String sql) {
        AtomicLong asked = new AtomicLong();

        assertThatThrownBy(() -> in(sql, Flux.just(bytes("1,one\n")).doOnRequest(asked::addAndGet))
                        .block(PATIENCE))
                .isInstanceOf(QueryFailedException.class)
                .hasMessageContaining("from stdin");

        assertThat(asked).hasValue(0);
        assertThatThrownBy(() -> out("copy item from stdin").blockLast(PATIENCE))
                .isInstanceOf(QueryFailedException.class)
                .hasMessageContaining("to stdout");
        nextCallerIsUnaffected();
    }

    /** Its subscription used to stay, and nothing else could be sent behind it. */
    @ParameterizedTest
    @ValueSource(strings = {"copy missing from stdin", IN})
    void theDataIsLetGoWhenTheServerRefusesRegression(String sql) {
        AtomicBoolean letGo = new AtomicBoolean();
        Flux<byte[]> silent = Flux.just(bytes("no number,one\n"), bytes("2," + "x".repeat(200_000) + "\n"))
                .concatWith(Flux.never())
                .doOnCancel(() -> letGo.set(true));

        assertThatThrownBy(() -> in(sql, silent).block(PATIENCE)).isInstanceOf(DatabaseException.class);

        nextCallerIsUnaffected();
        await("the data is let go", letGo::get);
    }

    /** A source that never waits must not keep the answer, or the other connections of its event loop, from being read. */
    @Test
    void anEndlessSourceHearsOfTheErrorRegression() {
        AtomicInteger line = new AtomicInteger();
        Flux<byte[]> endless = Flux.generate(sink -> sink.next(bytes((line.incrementAndGet() % 10) + ",twice\n")));

        assertThatThrownBy(() -> in(IN, endless).block(PATIENCE)).isInstanceOf(ConstraintViolatedException.class);

        nextCallerIsUnaffected();
    }

    @Test
    void aReaderThatGoesAwayWithoutDemandLetsGoOfItsAnswerRegression() {
        assertThat(out("copy (select generate_series(1, 1000000), repeat('x', 1000)) to stdout")
                        .limitRate(1)
                        .take(3)
                        .count()
                        .block(PATIENCE))
                .isEqualTo(3);

        nextCallerIsUnaffected();
    }

    @Test
    void theServerIsStoppedWhenTheReaderGoesAway() {
        StepVerifier.create(out("copy (select generate_series(1, 1000000000), repeat('x', 1000)) to stdout"), 1)
                .expectNextCount(1)
                .thenCancel()
                .verify(PATIENCE);

        nextCallerIsUnaffected();
        await(
                "the server is idle",
                () -> cluster.primary()
                        .queryOne(
                                "select count(*) from pg_stat_activity where state = 'active' and query like 'copy (%'")
                        .equals("0"));
    }

    @Test
    void nothingIsStoredWhenTheSenderIsCancelled() {
        Disposable sending =
                in(IN, Flux.just(bytes("1,one\n")).concatWith(Flux.never())).subscribe();
        await(
                "it has arrived",
                () -> cluster.primary()
                        .queryOne(
                                "select coalesce(sum(tuples_processed + bytes_processed), 0) > 0 from pg_stat_progress_copy")
                        .equals("t"));

        sending.dispose();

        nextCallerIsUnaffected();
        assertThat(count()).isEqualTo("0");
    }

    /** The table is locked, so the server takes nothing: sooner or later nobody is asked for more. */
    @Test
    void theDataIsNotAskedForMoreThanTheServerTakes() {
        AtomicLong asked = new AtomicLong();
        byte[] piece = bytes(("1," + "x".repeat(99_990) + "\n"));
        Flux<byte[]> endless =
                Flux.<byte[]>generate(sink -> sink.next(piece)).doOnNext(each -> asked.incrementAndGet());
        ReactiveDatabaseManager locking = Databases.start(cluster);
        try {
            Function<Connection, Mono<List<Long>>> whileLocked = connection -> locking.query("lock table item")
                    .on(connection)
                    .rowsUpdated()
                    .then(Mono.defer(() -> {
                        Disposable sending = in(IN, endless).subscribe();
                        return Flux.interval(Duration.ofMillis(300))
                                .map(tick -> asked.get())
                                .buffer(2, 1)
                                .filter(two -> two.get(0) > 0 && two.get(0).equals(two.get(1)))
                                .next()
                                .doFinally(end -> sending.dispose());
                    }));
            locking.inTransaction(whileLocked).block(PATIENCE);
        } finally {
            locking.shutdown().block(PATIENCE);
        }

        LoggerFactory.getLogger("figures")
                .info("{} pieces of 100 kB were asked for by a server that takes none", asked);
        assertThat(asked.get()).isLessThan(400);
    }

    @Test
    void aReaderThatIsSlowHoldsTheServerBack() {
        AtomicLong received = new AtomicLong();
        long rows =
                Objects.requireNonNull(out("copy (select repeat('x', 1000) from generate_series(1, 50000)) to stdout")
                        .doOnNext(line -> received.addAndGet(line.length))
                        .limitRate(10)
                        .count()
                        .block(PATIENCE));

        assertThat(rows).isEqualTo(50_000);
        assertThat(received).hasValue(50_000L * 1_001);
    }

    @Test
    void listenersHearOfIt() {
        List<StatementCompleted> told = new CopyOnWriteArrayList<>();
        db.listen(new DatabaseListener() {
            @Override
            public boolean wantsStatements() {
                return true;
            }

            @Override
            public void onStatementCompleted(StatementCompleted event) {
                told.add(event);
            }
        });

        in(IN, Flux.just(bytes("1,one\n2,two\n"))).block(PATIENCE);
        out(OUT).blockLast(PATIENCE);

        assertThat(told).extracting(StatementCompleted::sql).containsExactly(IN, OUT);
        assertThat(told).extracting(StatementCompleted::rows).containsExactly(2L, 2L);
    }

    @Test
    void aConnectionOfSomebodyElseIsRefused() {
        Connection wrapped = Objects.requireNonNull(db.withConnection(
                        ConnectionOptions.write(),
                        connection -> Mono.just((Connection) new ForwardingConnection() {
                            @Override
                            protected Connection delegate() {
                                return connection;
                            }
                        }))
                .block(PATIENCE));

        assertThatThrownBy(() -> LeasedConnection.of(wrapped))
                .isInstanceOf(LeaseMisuseException.class)
                .hasMessageContaining("not made by the manager");
    }
}
