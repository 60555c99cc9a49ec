package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.TransactionOptions.Nesting;
import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * Callers go away at many places of a call, each a random moment after it was reached: while they wait for a connection, in
 * BEGIN, in and between statements, amid rows, in savepoints, at COMMIT, also when that leaves with the last statement or with all of
 * them. A call writes its number into two tables; afterwards it is in both or in none, and in both if it was acknowledged.
 */
@WithPostgres(pooledSessions = 9)
class CancelCampaignIT {

    private static final Logger figures = LoggerFactory.getLogger("figures");

    /** For each place; the campaign's: {@code -Devenkeel.test.cancels=10000}. */
    private static final int RUNS = Integer.getInteger("evenkeel.test.cancels", 20);

    private static final List<Place> PLACES = Stream.of(Kind.values())
            .flatMap(kind -> IntStream.range(0, kind.steps).mapToObj(step -> new Place(kind, step)))
            .toList();

    private static final int CALLERS = 12;
    private static final int LONGEST_MICROS = 1_500;

    private final PostgresCluster cluster;
    private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger reached = new AtomicInteger();
    private ReactiveDatabaseManager db;

    CancelCampaignIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary()
                .execute("drop table if exists one, other;"
                        + " create table one (id int primary key); create table other (id int primary key)");
        db = Databases.start(
                cluster,
                config -> config.pool(PoolConfig.builder().minSize(8).maxSize(8).build())
                        .monitoring(MonitoringConfig.defaults()));
        leaks.watch("leased connections", () -> db.metrics().leased());
        leaks.watch("waiting callers", () -> db.metrics().waiting());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private enum Kind {
        TWO_STATEMENTS(8),
        AMID_ROWS(10),
        SAVEPOINT(8),
        ONE_CONNECTION(4),
        SPI(10),
        LAST_DECLARED(7),
        FIRST_DECLARED(4),
        ALL_IN_ONE(3),
        ALL_IN_ONE_WITH_ROWS(10);

        /** How many of them are looked at; a call may have more. */
        private final int steps;

        Kind(int steps) {
            this.steps = steps;
        }
    }

    private record Place(Kind kind, int step) {}

    /** A place in the course of a call: it counts down to zero where the call is to be left. */
    private record Course(Kind kind, AtomicInteger stepsLeft, Sinks.Empty<Void> here) {

        void step() {
            if (stepsLeft.getAndDecrement() == 0) {
                here.tryEmitEmpty();
            }
        }

        <T> Mono<T> around(Mono<T> statement) {
            return statement.doOnSubscribe(sent -> step()).doOnNext(value -> step());
        }
    }

    private Mono<Long> insert(Connection conn, String table, int id, Course course) {
        return course.around(
                db.query("insert into " + table + " values ($1)", id).on(conn).rowsUpdated());
    }

    private Mono<Long> rows(Connection conn, Course course) {
        return db.query("select g from generate_series(1, 200) g")
                .on(conn)
                .map(row -> row.get(0, Integer.class))
                .doOnNext(row -> course.step())
                .count();
    }

    private Query insertBoth(int id) {
        return db.query("with first as (insert into one values ($1)) insert into other values ($1)", id);
    }

    private Query after(int id, String last) {
        return db.query(last)
                .after(
                        db.query("insert into one values ($1)", id),
                        db.query("select pg_sleep(0.0003)"),
                        db.query("insert into other values ($1)", id));
    }

    private Mono<?> call(int id, Course course) {
        return switch (course.kind()) {
            case TWO_STATEMENTS ->
                db.inTransaction(conn -> {
                    course.step();
                    return insert(conn, "one", id, course)
                            .then(insert(conn, "other", id, course))
                            .doOnSuccess(done -> course.step());
                });
            case AMID_ROWS ->
                db.inTransaction(conn -> insert(conn, "one", id, course)
                        .then(rows(conn, course))
                        .then(insert(conn, "other", id, course)));
            case SAVEPOINT ->
                db.inTransaction(conn -> insert(conn, "one", id, course)
                        .then(db.inTransaction(
                                TransactionOptions.builder()
                                        .nesting(Nesting.SAVEPOINT)
                                        .build(),
                                inner -> insert(inner, "other", id, course))));
            case ONE_CONNECTION ->
                db.withConnection(ConnectionOptions.write(), conn -> {
                    course.step();
                    return course.around(insertBoth(id).on(conn).rowsUpdated());
                });
            case SPI ->
                Mono.usingWhen(
                                db.getConnection(ConnectionOptions.write()),
                                conn -> course.around(Mono.from(conn.beginTransaction())
                                                .thenReturn(1L))
                                        .then(insert(conn, "one", id, course))
                                        .then(insert(conn, "other", id, course))
                                        .then(course.around(Mono.from(conn.commitTransaction())
                                                .thenReturn(1L))),
                                conn -> db.releaseConnection(conn))
                        // Whoever goes away while it is delivered may still try to use it, and fail.
                        .onErrorResume(LeaseMisuseException.class, gone -> Mono.empty());
            case LAST_DECLARED ->
                db.inTransaction(conn -> {
                    course.step();
                    return insert(conn, "one", id, course)
                            .then(course.around(db.query("insert into other values ($1)", id)
                                    .on(conn)
                                    .andCommit()
                                    .rowsUpdated()))
                            .doOnSuccess(done -> course.step());
                });
            case FIRST_DECLARED ->
                db.inTransaction(conn -> {
                    course.step();
                    return course.around(insertBoth(id).on(conn).andCommit().rowsUpdated());
                });
            case ALL_IN_ONE -> course.around(after(id, "select 1").one(row -> row.get(0, Integer.class)));
            case ALL_IN_ONE_WITH_ROWS ->
                after(id, "select g from generate_series(1, 200) g")
                        .map(row -> row.get(0, Integer.class))
                        .doOnNext(row -> course.step())
                        .count();
        };
    }

    private Mono<Void> leave(int id, Place place, Random random) {
        Course course = new Course(place.kind(), new AtomicInteger(place.step()), Sinks.empty());
        Duration after = Duration.ofNanos(1_000L * random.nextInt(LONGEST_MICROS));
        return Mono.defer(() -> {
                    course.step();
                    return call(id, course);
                })
                .doOnNext(done -> acknowledged.add(id))
                .takeUntilOther(course.here()
                        .asMono()
                        .doOnSuccess(here -> reached.incrementAndGet())
                        .then(Mono.delay(after, Schedulers.parallel())))
                .then();
    }

    private Set<Integer> ids(String table) {
        return cluster.primary().queryAll("select id from " + table).stream()
                .map(Integer::valueOf)
                .collect(Collectors.toSet());
    }

    private static Set<Integer> without(Set<Integer> some, Set<Integer> others) {
        Set<Integer> left = new TreeSet<>(some);
        left.removeAll(others);
        return left;
    }

    private Consumer<Object> progress(int total) {
        AtomicInteger done = new AtomicInteger();
        return ended -> {
            int now = done.incrementAndGet();
            if (now % 50_000 == 0) {
                figures.info("{} of {} calls left", now, total);
            }
        };
    }

    @Test
    void nothingIsHalfDoneWhereverCallersGoAway() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int total = PLACES.size() * RUNS;
        Consumer<Object> progress = progress(total);

        Flux.range(0, total)
                .flatMap(id -> leave(id, PLACES.get(id % PLACES.size()), random).doFinally(progress::accept), CALLERS)
                .then()
                .block(Duration.ofMinutes(2).plusMillis(20L * total));
        await("all connections are back, seed " + seed, () -> db.metrics().leased() == 0);

        Set<Integer> one = ids("one");
        figures.info(
                "{} cancels at {} places: {} reached it, {} calls had committed",
                total,
                PLACES.size(),
                reached,
                one.size());
        Set<Integer> other = ids("other");
        assertThat(without(one, other)).as("only in one, seed %d", seed).isEmpty();
        assertThat(without(other, one)).as("only in other, seed %d", seed).isEmpty();
        assertThat(without(acknowledged, one))
                .as("acknowledged and lost, seed %d", seed)
                .isEmpty();
        assertThat(reached.get()).isGreaterThan(total / 2);
        assertThat(cluster.primary()
                        .queryOne("select count(*) from pg_stat_activity where state like 'idle in transaction%'"))
                .isEqualTo("0");
        assertThat(db.inTransaction(conn -> db.query("select 1").on(conn).one(row -> row.get(0, Integer.class)))
                        .block(PATIENCE))
                .isEqualTo(1);
    }
}
