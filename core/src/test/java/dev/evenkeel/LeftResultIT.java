package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Results of the SPI of which somebody takes the first item only, as {@code next()} and {@code Mono.from()} do. One connection:
 * what is left on it would be found.
 */
@WithPostgres
class LeftResultIT {

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    LeftResultIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary()
                .execute("drop table if exists note; create table note (v int unique deferrable initially deferred)");
        db = start(config -> config);
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    private ReactiveDatabaseManager start(UnaryOperator<DatabaseConfig.Builder> more) {
        return Databases.start(
                cluster,
                config -> more.apply(config.pool(PoolConfig.builder()
                        .minSize(0)
                        .maxSize(1)
                        .maxQueue(2)
                        .acquireTimeout(Duration.ofSeconds(5))
                        .build())));
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private int on(Function<Connection, Mono<Integer>> work) {
        return Objects.requireNonNull(Mono.usingWhen(
                        Mono.from(db.connectionFactory().create()), work, connection -> Mono.from(connection.close()))
                .block(PATIENCE));
    }

    private static Mono<Integer> first(Statement statement) {
        return Flux.from(statement.execute())
                .flatMap(result -> result.map((row, metadata) -> row.get(0, Integer.class)))
                .next();
    }

    /** What the only session did last. */
    private String last(int pid) {
        return cluster.primary().queryOne("select query from pg_stat_activity where pid = " + pid);
    }

    private int pid() {
        return on(connection -> first(connection.createStatement("select pg_backend_pid()")));
    }

    @Test
    void costsNoStatementOfOurs() {
        int pid = pid();

        int number = on(connection -> first(
                connection.createStatement("select $1::int + 0 as left_alone").bind(0, 7)));

        assertThat(number).isEqualTo(7);
        assertThat(last(pid)).contains("left_alone");
        assertThat(pid()).as("the same session").isEqualTo(pid);
    }

    @Test
    void costsNoStatementOfOursWhenTheExecutionIsLeftBeforeTheResult() {
        int pid = pid();

        int changed = on(connection -> Mono.from(connection
                        .createStatement("insert into note values (1), (2)")
                        .execute())
                .flatMap(result -> Mono.from(result.getRowsUpdated()))
                .map(Long::intValue));

        assertThat(changed).isEqualTo(2);
        assertThat(last(pid)).startsWith("insert");
        assertThat(cluster.primary().queryOne("select count(*) from note")).isEqualTo("2");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100, 20_000})
    void doesNotMapTheRowsThatNobodyWants(int rows) {
        AtomicInteger mapped = new AtomicInteger();

        int first = on(connection -> Flux.from(connection
                        .createStatement("select n from generate_series(1, " + rows + ") n")
                        .execute())
                .flatMap(result -> result.map(row -> mapped.incrementAndGet()))
                .next());

        assertThat(first).isEqualTo(1);
        assertThat(on(connection -> first(connection.createStatement("select 5"))))
                .isEqualTo(5);
        assertThat(mapped).hasValue(1);
    }

    @Test
    void rollsBackWhenATransactionIsLeftOpenBehindIt() {
        on(connection -> Mono.from(connection.beginTransaction())
                .then(first(connection.createStatement("insert into note values (3) returning v"))));

        assertThat(on(connection -> first(connection.createStatement("select count(*)::int from note"))))
                .isZero();
    }

    @Test
    void commitsBehindIt() {
        on(connection -> Mono.from(connection.beginTransaction())
                .then(first(connection.createStatement("insert into note values (4) returning v")))
                .delayUntil(row -> connection.commitTransaction()));

        assertThat(cluster.primary().queryOne("select v from note")).isEqualTo("4");
    }

    /** BEGIN leaves with that statement, and the driver hears of it at the end of the answer. */
    @Test
    void commitsBehindTheFirstStatementWithValues() {
        int row = on(connection -> Mono.from(connection.beginTransaction())
                .then(first(connection
                        .createStatement("insert into note values ($1) returning v")
                        .bind(0, 6)))
                .delayUntil(value -> connection.commitTransaction()));

        assertThat(row).isEqualTo(6);
        assertThat(cluster.primary().queryOne("select v from note")).isEqualTo("6");
    }

    @Test
    void commitsBehindItInATransactionOfTheManagersRegression() {
        int bySpi = Objects.requireNonNull(db.inTransaction(connection -> first(connection
                        .createStatement("insert into note values ($1) returning v")
                        .bind(0, 7)))
                .block(PATIENCE));
        int byQuery = Objects.requireNonNull(db.inTransaction(
                        connection -> db.query("insert into note values ($1) returning v", 8)
                                .on(connection)
                                .map(row -> row.get(0, Integer.class))
                                .next())
                .block(PATIENCE));

        assertThat(bySpi + byQuery).isEqualTo(15);
        assertThat(cluster.primary().queryOne("select string_agg(v::text, ',' order by v) from note"))
                .isEqualTo("7,8");
    }

    /** The error comes behind the row, when nobody reads any more. */
    @Test
    void anErrorBehindTheFirstRowDoesNotReachTheNextCaller() {
        cluster.primary().execute("insert into note values (5)");

        on(connection -> first(connection.createStatement("insert into note values (5) returning v")));

        assertThat(on(connection -> first(connection.createStatement("select count(*)::int from note"))))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select repeat('7', 4)::int from generate_series(1, 5000); select 3, pg_sleep(30)",
                "select repeat('7', 4)::int from generate_series(1, 5000) union all select 8 from pg_sleep(30)"
            })
    void stopsTheServerWhenTheRestIsLong(String sql) {
        int pid = pid();

        on(connection -> first(connection.createStatement(sql)));

        assertThat(on(connection -> first(connection.createStatement("select 6"))))
                .isEqualTo(6);
        assertThat(pid()).as("the same session").isEqualTo(pid);
        await(
                "the server is idle",
                () -> cluster.primary()
                        .queryOne(
                                "select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep(30)'"
                                        + " and pid <> pg_backend_pid()")
                        .equals("0"));
    }

    @Test
    void eachResultOfAScriptIsReadOnItsOwn() {
        int sum = on(connection -> Flux.from(connection
                        .createStatement("select 1 union all select 10; select 100 union all select 1000")
                        .execute())
                .flatMap(result ->
                        Flux.from(result.map(row -> row.get(0, Integer.class))).next())
                .reduce(0, Integer::sum));

        assertThat(sum).isEqualTo(101);
        assertThat(on(connection -> first(connection.createStatement("select 6"))))
                .isEqualTo(6);
    }

    @Test
    void aCursorIsClosedInsteadOfReadToItsEnd() {
        AtomicInteger mapped = new AtomicInteger();

        on(connection -> Flux.from(connection
                        .createStatement("select generate_series(1, $1::int)")
                        .bind(0, 100_000_000)
                        .fetchSize(10)
                        .execute())
                .flatMap(result -> result.map(row -> mapped.incrementAndGet()))
                .next());

        assertThat(on(connection -> first(connection.createStatement("select 6"))))
                .isEqualTo(6);
        assertThat(mapped.get()).isLessThanOrEqualTo(10);
    }

    /** Nobody hears an end here that is not one: the whole table would be read before the connection is free. */
    @Test
    void aFetchSizeOfTheUrlCountsAsWell() {
        db.shutdown().block(PATIENCE);
        db = start(config -> config.primary(cluster.url(cluster.primary()) + "?fetchSize=10"));

        on(connection -> first(
                connection.createStatement("select generate_series(1, $1::int)").bind(0, 100_000_000)));

        assertThat(on(connection -> first(connection.createStatement("select 6"))))
                .isEqualTo(6);
    }

    /** What the mapping throws says nothing about the server, which goes on with the statement. */
    @Test
    void aMappingThatThrowsDoesNotGiveBackARunningStatementRegression() {
        String slow = "select repeat('7', 4)::int from generate_series(1, 5000) union all select 8 from pg_sleep(30)";

        assertThatThrownBy(() -> on(connection -> Flux.from(
                                connection.createStatement(slow).execute())
                        .flatMap(result -> result.map((row, metadata) -> {
                            throw new IllegalStateException("the mapping broke");
                        }))
                        .then(Mono.just(0))))
                .hasMessage("the mapping broke");

        assertThat(on(connection -> first(connection.createStatement("select 6"))))
                .isEqualTo(6);
    }

    /** The end of the first execution was taken for that of the second. */
    @Test
    void anExecutionThatIsRepeatedIsWatchedAnewRegression() {
        cluster.primary().execute("drop sequence if exists rounds; create sequence rounds");
        String slowAgain = "select 1 from pg_sleep(case when nextval('rounds') > 1 then 30 else 0 end)";

        on(connection -> Flux.from(connection.createStatement(slowAgain).execute())
                .flatMap(result -> result.map(row -> row.get(0, Integer.class)))
                .repeat(1)
                .take(Duration.ofMillis(700))
                .then(Mono.just(0)));

        assertThat(on(connection -> first(connection.createStatement("select 6"))))
                .isEqualTo(6);
    }

    @Test
    void nobodyHearsOfAnEndWhoHasLeft() {
        AtomicInteger ends = new AtomicInteger();

        on(connection -> Flux.from(connection.createStatement("select 1").execute())
                .flatMap(result -> Flux.from(result.map(row -> row.get(0, Integer.class)))
                        .doOnComplete(ends::incrementAndGet)
                        .take(1))
                .next());

        assertThat(on(connection -> first(connection.createStatement("select 6"))))
                .isEqualTo(6);
        assertThat(ends).hasValue(0);
    }

    @Test
    void keepsItsSessionWhateverComesBehindTheRow() {
        int sum = Objects.requireNonNull(Flux.range(0, 3_000)
                .concatMap(n -> Mono.usingWhen(
                        Mono.from(db.connectionFactory().create()),
                        connection -> first(connection
                                .createStatement("select $1::int from generate_series(1, $2::int)")
                                .bind(0, n)
                                .bind(1, 1 + n % 700)),
                        connection -> Mono.from(connection.close())))
                .reduce(0, Integer::sum)
                .block(PATIENCE));

        assertThat(sum).isEqualTo(3_000 * 2_999 / 2);
        assertThat(db.metrics().history().values().iterator().next().opened()).isEqualTo(1);
    }
}
