package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A pool of one connection for which others always wait: it goes from one to the next, unless it must not. */
@WithPostgres
class PassedOnIT {

    private final PostgresCluster cluster;
    private final ConcurrentLinkedQueue<Integer> sessions = new ConcurrentLinkedQueue<>();
    private ReactiveDatabaseManager db;

    PassedOnIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary().execute("drop table if exists left_open; create table left_open (v int)");
        start(PoolConfig.builder());
        leaks.watch("leased connections", () -> db.metrics().leased());
        leaks.watch("waiting callers", () -> db.metrics().waiting());
    }

    private void start(PoolConfig.Builder pool) {
        db = Databases.start(
                cluster,
                config -> config.pool(pool.minSize(1).maxSize(1).lanes(0).build()));
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    /** Callers who come again at once. */
    private Disposable standingQueue(AtomicBoolean going) {
        return Flux.range(0, 4)
                .flatMap(
                        caller -> db.query("select pg_backend_pid()")
                                .one(row -> row.get(0, Integer.class))
                                .doOnNext(sessions::add)
                                .repeat(going::get),
                        4)
                .subscribe();
    }

    @Test
    @Tag(Databases.OWN_SESSIONS)
    void aRetiredConnectionIsReplacedThoughOthersWaitForIt() {
        AtomicBoolean going = new AtomicBoolean(true);
        Disposable callers = standingQueue(going);
        await("the callers come", () -> sessions.size() > 100);
        int first = sessions.peek();

        db.rotateConnections().block(PATIENCE);
        sessions.clear();
        await("the callers still come", () -> sessions.size() > 100);
        going.set(false);
        await("they have gone", callers::isDisposed);

        assertThat(List.copyOf(sessions).subList(50, 100)).doesNotContain(first);
    }

    @Test
    @Tag(Databases.OWN_SESSIONS)
    void aConnectionWhoseTimeIsOverIsReplacedThoughOthersWaitForIt() {
        db.shutdown().block(PATIENCE);
        start(PoolConfig.builder().maxLifetime(Duration.ofSeconds(10)));
        AtomicBoolean going = new AtomicBoolean(true);
        Disposable callers = standingQueue(going);

        await(
                "another session",
                () -> sessions.stream().mapToInt(session -> session).distinct().count() > 1);

        going.set(false);
        await("they have gone", callers::isDisposed);
    }

    /** While this caller has the connection, another one waits for it. */
    private String foundByTheNext(Function<Connection, Mono<Void>> before) {
        Sinks.Empty<Void> waits = Sinks.empty();
        Mono<Void> first = db.withConnection(
                        ConnectionOptions.write(), conn -> before.apply(conn).then(waits.asMono()))
                .then();
        Mono<String> next = db.withConnection(
                ConnectionOptions.write(),
                conn -> Flux.from(conn.createStatement(
                                        "select count(*) || ' ' || current_setting('statement_timeout') from left_open")
                                .execute())
                        .concatMap(result -> result.map((row, metadata) -> row.get(0, String.class)))
                        .single()
                        .map(text -> text + " " + conn.isAutoCommit()));
        Disposable holder = first.subscribe();
        await("it is leased", () -> db.metrics().leased() == 1);
        Sinks.One<String> found = Sinks.one();
        Disposable waiting = next.subscribe(found::tryEmitValue, found::tryEmitError);
        await("the next one waits", () -> db.metrics().waiting() == 1);
        waits.tryEmitEmpty();
        String answer = found.asMono().block(PATIENCE);
        await("both are done", () -> holder.isDisposed() && waiting.isDisposed());
        return answer;
    }

    @Test
    void whatIsLeftOpenIsRolledBackBeforeTheNextOneHasTheConnection() {
        assertThat(foundByTheNext(conn -> Flux.from(conn.beginTransaction())
                        .thenMany(conn.createStatement("insert into left_open values (1)")
                                .execute())
                        .concatMap(Result::getRowsUpdated)
                        .then()))
                .isEqualTo("0 0 true");
    }

    /** It is announced, and nothing was sent yet. */
    @Test
    void aTransactionThatWasOnlyBegunIsNoneOfTheNextOnes() {
        assertThat(foundByTheNext(conn -> Mono.from(conn.beginTransaction()))).isEqualTo("0 0 true");
    }

    @Test
    @Tag(Databases.OWN_SESSIONS)
    void aSessionWithOtherSettingsIsNotTheNextOnes() {
        assertThat(foundByTheNext(conn -> Mono.from(conn.setStatementTimeout(Duration.ofMinutes(1)))))
                .isEqualTo("0 0 true");
    }

    /** What the next one does may take long. */
    @Test
    void whoeverHasHadItHearsThatHeIsDoneBeforeTheNextOneBegins() {
        Sinks.Empty<Void> waits = Sinks.empty();
        List<String> order = new CopyOnWriteArrayList<>();
        Disposable holder = db.withConnection(ConnectionOptions.write(), conn -> waits.asMono())
                .doOnTerminate(() -> order.add("the first one is done"))
                .subscribe();
        await("it is leased", () -> db.metrics().leased() == 1);
        Disposable next = db.withConnection(
                        ConnectionOptions.write(), conn -> Mono.fromRunnable(() -> order.add("the next one begins")))
                .subscribe();
        await("the next one waits", () -> db.metrics().waiting() == 1);

        waits.tryEmitEmpty();

        await("both are done", () -> holder.isDisposed() && next.isDisposed());
        assertThat(order).containsExactly("the first one is done", "the next one begins");
    }

    @Test
    void whatOutlivesItsLeaseDoesNotSpeakIntoTheNextOnes() {
        Sinks.One<Connection> kept = Sinks.one();

        assertThat(foundByTheNext(conn -> {
                    kept.tryEmitValue(conn);
                    return Mono.empty();
                }))
                .isEqualTo("0 0 true");

        assertThat(kept.asMono()
                        .flatMapMany(conn -> conn.createStatement("insert into left_open values (1)")
                                .execute())
                        .then()
                        .materialize()
                        .block(PATIENCE)
                        .isOnError())
                .isTrue();
    }
}
