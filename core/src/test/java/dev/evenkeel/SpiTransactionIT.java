package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Spi.numbers;
import static dev.evenkeel.Spi.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.testkit.Direction;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.postgresql.api.PostgresTransactionDefinition;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.Clob;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.IsolationLevel;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.Statement;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A transaction that is begun through the SPI leaves with its first statement: whoever begins one must not see a difference to the
 * driver's, but that it waits less.
 */
@WithPostgres
class SpiTransactionIT {

    private static final String TABLE = "drop table if exists item; create table item (id int primary key, name text)";

    private static Statement insert(Connection connection, int id) {
        return connection.createStatement("insert into item values ($1, 'n')").bind(0, id);
    }

    private static Flux<String> show(Connection connection, String setting) {
        return rows(connection.createStatement("show " + setting));
    }

    private static Flux<String> ids(Connection connection) {
        return rows(connection.createStatement(
                "select coalesce(string_agg(id::text, ',' order by id), '-') as ids" + " from item"));
    }

    private static Flux<?> is(Connection connection) {
        return Flux.defer(() -> Flux.just(connection.isAutoCommit(), connection.getTransactionIsolationLevel()));
    }

    private static Mono<Long> firstNumber(Statement statement) {
        return Mono.from(statement.execute()).flatMap(result -> Mono.from(result.getRowsUpdated()));
    }

    private static Mono<Integer> firstId(Connection connection) {
        return Flux.from(connection
                        .createStatement("insert into item values ($1, 'n') returning id")
                        .bind(0, 1)
                        .execute())
                .flatMap(result -> result.map(row -> row.get(0, Integer.class)))
                .next();
    }

    /** What an application may do with a transaction, and what it then has. */
    @SuppressWarnings("ImmutableEnumChecker") // functions without a state
    enum Use {
        COMMITTED(c -> Flux.concat(c.beginTransaction(), numbers(insert(c, 1)), c.commitTransaction(), ids(c))),
        ROLLED_BACK(c -> Flux.concat(c.beginTransaction(), numbers(insert(c, 1)), c.rollbackTransaction(), ids(c))),
        STATES(c -> Flux.concat(
                is(c), c.beginTransaction(), is(c), numbers(insert(c, 1)), is(c), c.commitTransaction(), is(c))),
        EMPTY_COMMITTED(
                c -> Flux.concat(c.beginTransaction(), c.commitTransaction(), is(c), numbers(insert(c, 1)), ids(c))),
        EMPTY_ROLLED_BACK(
                c -> Flux.concat(c.beginTransaction(), c.rollbackTransaction(), is(c), numbers(insert(c, 1)))),
        BEGUN_TWICE(c -> Flux.concat(
                c.beginTransaction(), c.beginTransaction(), numbers(insert(c, 1)), c.rollbackTransaction(), ids(c))),
        BEGUN_AGAIN_INSIDE(c -> Flux.concat(
                c.beginTransaction(), numbers(insert(c, 1)), c.beginTransaction(), c.rollbackTransaction(), ids(c))),
        WITHOUT_VALUES(c -> Flux.concat(
                c.beginTransaction(),
                numbers(c.createStatement("insert into item values (5)")),
                c.rollbackTransaction(),
                ids(c))),
        BATCH(c -> Flux.concat(
                c.beginTransaction(),
                Flux.from(c.createBatch()
                                .add("insert into item values (6)")
                                .add("insert into item values (7)")
                                .execute())
                        .concatMap(result -> result.getRowsUpdated()),
                c.rollbackTransaction(),
                ids(c))),
        SEVERAL_ROWS(c -> Flux.concat(
                c.beginTransaction(), numbers(insert(c, 1).add().bind(0, 2)), c.rollbackTransaction(), ids(c))),
        COMMITTED_BEHIND_THE_FIRST_NUMBER(c -> Mono.from(c.beginTransaction())
                .then(firstNumber(insert(c, 1)))
                .delayUntil(number -> c.commitTransaction())
                .concatWith(Flux.defer(() -> numbers(insert(c, 2))))),
        COMMITTED_BEHIND_THE_FIRST_ROW(c -> Mono.from(c.beginTransaction())
                .then(firstId(c))
                .delayUntil(id -> c.commitTransaction())
                .concatWith(Flux.defer(() -> numbers(insert(c, 2)).map(Long::intValue)))),
        ROLLED_BACK_BEHIND_THE_FIRST_ROW(c -> Mono.from(c.beginTransaction())
                .then(firstId(c))
                .delayUntil(id -> c.rollbackTransaction())
                .concatWith(Flux.defer(() -> numbers(insert(c, 2)).map(Long::intValue)))),
        AUTO_COMMIT_ON_BEHIND_THE_FIRST_ROW(c -> Mono.from(c.beginTransaction())
                .then(firstId(c))
                .delayUntil(id -> c.setAutoCommit(true))
                .concatWith(Flux.defer(() -> numbers(insert(c, 2)).map(Long::intValue)))),
        AUTO_COMMIT_ON_A_WHILE_BEHIND_THE_FIRST_ROW(c -> Mono.from(c.beginTransaction())
                .then(firstId(c))
                .delayElement(Duration.ofMillis(50))
                .delayUntil(id -> c.setAutoCommit(true))
                .concatWith(Flux.defer(() -> numbers(insert(c, 2)).map(Long::intValue)))),
        COMMITTED_BEHIND_WHAT_NOBODY_READS(c -> Flux.concat(
                c.beginTransaction(),
                Flux.from(c.createStatement("insert into item values (1, $1)")
                                .bind(0, Clob.from(Mono.just("n")))
                                .execute())
                        .then(),
                c.commitTransaction(),
                numbers(insert(c, 2)))),
        ISOLATION_BEHIND_A_BEGIN(c -> Flux.concat(
                c.beginTransaction(),
                c.beginTransaction(IsolationLevel.SERIALIZABLE),
                c.commitTransaction(),
                numbers(insert(c, 1)))),
        SAVEPOINT_FIRST(c -> Flux.concat(
                c.beginTransaction(),
                c.createSavepoint("a"),
                numbers(insert(c, 1)),
                c.rollbackTransactionToSavepoint("a"),
                numbers(insert(c, 2)),
                c.commitTransaction(),
                ids(c))),
        SAVEPOINT_LATER(c -> Flux.concat(
                c.beginTransaction(),
                numbers(insert(c, 1)),
                c.createSavepoint("a"),
                numbers(insert(c, 2)),
                c.rollbackTransactionToSavepoint("a"),
                c.commitTransaction(),
                ids(c))),
        READ_ONLY(c -> Flux.concat(
                c.beginTransaction(PostgresTransactionDefinition.mutability(false)), numbers(insert(c, 1)))),
        READ_WRITE(c -> Flux.concat(
                c.beginTransaction(PostgresTransactionDefinition.mutability(true)),
                show(c, "transaction_read_only"),
                c.rollbackTransaction())),
        SERIALIZABLE(c -> Flux.concat(
                c.beginTransaction(IsolationLevel.SERIALIZABLE),
                is(c),
                show(c, "transaction_isolation"),
                c.rollbackTransaction(),
                is(c),
                show(c, "transaction_isolation"))),
        DEFERRABLE(c -> Flux.concat(
                c.beginTransaction(PostgresTransactionDefinition.from(IsolationLevel.SERIALIZABLE)
                        .readOnly()
                        .deferrable()),
                show(c, "transaction_deferrable"),
                c.rollbackTransaction())),
        LEVEL_SET_INSIDE(c -> Flux.concat(
                c.beginTransaction(),
                c.setTransactionIsolationLevel(IsolationLevel.REPEATABLE_READ),
                show(c, "transaction_isolation"),
                c.rollbackTransaction(),
                show(c, "transaction_isolation"))),
        AUTO_COMMIT_OFF(c -> Flux.concat(
                c.setAutoCommit(false), is(c), numbers(insert(c, 1)), c.rollbackTransaction(), is(c), ids(c))),
        AUTO_COMMIT_OFF_INSIDE(c -> Flux.concat(
                c.beginTransaction(),
                c.setAutoCommit(false),
                is(c),
                numbers(insert(c, 1)),
                c.rollbackTransaction(),
                ids(c))),
        AUTO_COMMIT_ON_INSIDE(
                c -> Flux.concat(c.beginTransaction(), numbers(insert(c, 1)), c.setAutoCommit(true), is(c), ids(c))),
        AUTO_COMMIT_ON_AT_ONCE(
                c -> Flux.concat(c.beginTransaction(), c.setAutoCommit(true), is(c), numbers(insert(c, 1)), ids(c))),
        FIRST_ONE_REFUSED(c -> Flux.concat(
                numbers(insert(c, 1)),
                c.beginTransaction(),
                numbers(insert(c, 1)).onErrorResume(refused -> Flux.empty()),
                is(c),
                c.rollbackTransaction(),
                is(c),
                ids(c))),
        REFUSED_AND_COMMITTED(c -> Flux.concat(
                c.beginTransaction(),
                numbers(c.createStatement("insert into item values ($1, 'n'::int)")
                                .bind(0, 1))
                        .onErrorResume(refused -> Flux.empty()),
                Flux.from(c.commitTransaction())
                        .cast(Object.class)
                        .onErrorResume(R2dbcException.class, refused -> Flux.just(refused.getSqlState())))),
        ONE_BEHIND_THE_OTHER(c -> Flux.concat(
                c.beginTransaction(),
                numbers(insert(c, 1)),
                c.commitTransaction(),
                c.beginTransaction(),
                numbers(insert(c, 2)),
                c.rollbackTransaction(),
                c.beginTransaction(),
                numbers(insert(c, 3)),
                c.commitTransaction(),
                ids(c)));

        private final Function<Connection, Publisher<?>> work;

        Use(Function<Connection, Publisher<?>> work) {
            this.work = work;
        }
    }

    private final PostgresCluster cluster;
    private FaultProxy proxy;
    private ReactiveDatabaseManager db;

    SpiTransactionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary().execute(TABLE);
        proxy = FaultProxy.to(cluster.primary().host(), cluster.primary().port());
        db = Databases.startBehind(proxy);
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
        proxy.close();
    }

    private Connection connection() {
        return Mono.from(db.connectionFactory().create()).block(PATIENCE);
    }

    private static void close(Connection connection) {
        Mono.from(connection.close()).block(PATIENCE);
    }

    private List<String> heard(ConnectionFactory factory, Use use) {
        cluster.primary().execute(TABLE);
        Connection connection = Mono.from(factory.create()).block(PATIENCE);
        List<String> heard = new ArrayList<>(Spi.heard(use.work, connection));
        close(connection);
        heard.add("left behind: "
                + cluster.primary().queryOne("select coalesce(string_agg(id::text, ','), '-') from item"));
        return heard;
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsDifferentFromTheDriver(Use use) {
        List<String> driver = heard(ConnectionFactories.get(cluster.url(cluster.primary())), use);

        assertThat(heard(db.connectionFactory(), use)).isEqualTo(driver);
    }

    private long waits(Publisher<?> work) {
        // Two writes without an answer in between are one wait: the first must not be answered before the second has
        // left.
        proxy.delay(Direction.TO_SERVER, Duration.ofMillis(200));
        proxy.resetCounters();
        Flux.from(work).blockLast(PATIENCE);
        return proxy.roundTrips();
    }

    @Test
    void aTransactionOfOneStatementWaitsForTheServerTwice() {
        Connection connection = connection();
        Spi.heard(Use.COMMITTED.work, connection);

        assertThat(waits(Flux.concat(
                        connection.beginTransaction(), numbers(insert(connection, 2)), connection.commitTransaction())))
                .isEqualTo(2);
        close(connection);
    }

    @Test
    void oneWithoutAnythingInItDoesNotWait() {
        Connection connection = connection();

        assertThat(waits(Flux.concat(connection.beginTransaction(), connection.commitTransaction())))
                .isZero();
        assertThat(waits(Flux.concat(connection.beginTransaction(), connection.rollbackTransaction())))
                .isZero();
        close(connection);
    }

    @Test
    void whatTheDriversOwnConnectionDoesIsPartOfIt() {
        Connection connection = connection();

        Flux.concat(
                        connection.beginTransaction(),
                        Flux.defer(
                                () -> numbers(insert(((Wrapped<?>) connection).unwrap(PostgresqlConnection.class), 8))),
                        connection.rollbackTransaction())
                .blockLast(PATIENCE);
        close(connection);

        assertThat(cluster.primary().queryOne("select count(*) from item")).isEqualTo("0");
    }

    /** Neither is anything of it left to whoever gets the connection next. */
    @Test
    void oneThatIsLeftOpenIsUndone() {
        Connection first = connection();
        Flux.concat(first.beginTransaction(), numbers(insert(first, 9))).blockLast(PATIENCE);
        close(first);
        Connection second = connection();
        Flux.from(second.beginTransaction()).blockLast(PATIENCE);
        close(second);

        Connection third = connection();
        assertThat(third.isAutoCommit()).isTrue();
        numbers(insert(third, 10)).blockLast(PATIENCE);
        close(third);

        assertThat(cluster.primary().queryOne("select string_agg(id::text, ',') from item"))
                .isEqualTo("10");
    }

    /** Whoever has given up his statement has not asked for its effects. */
    @Test
    void autoCommitDoesNotCommitWhatItsCallerHasGivenUp() {
        Connection connection = connection();
        Flux.from(connection.beginTransaction()).blockLast(PATIENCE);
        numbers(insert(connection, 12)).blockLast(PATIENCE);
        numbers(connection
                        .createStatement("insert into item select $1 from pg_sleep(1)")
                        .bind(0, 13))
                .take(Duration.ofMillis(100))
                .blockLast(PATIENCE);

        Flux.from(connection.setAutoCommit(true)).blockLast(PATIENCE);
        close(connection);

        assertThat(cluster.primary().queryOne("select count(*) from item")).isEqualTo("0");
    }

    @Test
    void aRollbackOfAConnectionThatWasGivenBackDoesNotBreakOffTheSessionOfWhoHasItNow() {
        Connection former = connection();
        Publisher<Void> rollback = former.rollbackTransaction();
        Flux<Long> late = numbers(insert(former, 14))
                .onErrorResume(refused -> Flux.from(rollback).thenMany(Flux.empty()));
        close(former);
        Connection now = connection();

        assertThatThrownBy(() -> late.blockLast(PATIENCE)).isInstanceOf(LeaseMisuseException.class);
        numbers(insert(now, 15)).blockLast(PATIENCE);
        close(now);

        assertThat(db.metrics().history().values().iterator().next().opened()).isEqualTo(1);
    }

    @Test
    void whatIsAskedOfAConnectionThatWasGivenBackDoesNotReachWhoHasItNow() {
        Connection former = connection();
        Publisher<Void> begin = former.beginTransaction();
        Publisher<Void> commit = former.commitTransaction();
        Publisher<Void> rollback = former.rollbackTransaction();
        Publisher<Void> autoCommit = former.setAutoCommit(true);
        close(former);

        Connection now = connection();
        assertThatThrownBy(() -> Flux.from(begin).blockLast(PATIENCE)).isInstanceOf(LeaseMisuseException.class);
        Flux.from(now.beginTransaction()).blockLast(PATIENCE);
        for (Publisher<Void> late : List.of(begin, commit, rollback, autoCommit)) {
            assertThatThrownBy(() -> Flux.from(late).blockLast(PATIENCE)).isInstanceOf(LeaseMisuseException.class);
        }
        Flux.concat(numbers(insert(now, 11)), now.rollbackTransaction()).blockLast(PATIENCE);
        close(now);

        assertThat(cluster.primary().queryOne("select count(*) from item")).isEqualTo("0");
    }
}
