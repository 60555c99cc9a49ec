package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.Direction;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Result;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The reproduction that users of r2dbc-pool have published (spring-framework#36344, r2dbc-pool#219): a caller goes away while
 * its BEGIN is under way, the connection goes back as if nothing had happened, and the next caller's INSERT, acknowledged, is
 * part of a transaction that nobody will commit.
 */
@WithPostgres(pooledSessions = 1)
class PublishedLeakRegressionIT {

    private final PostgresCluster cluster;
    private FaultProxy proxy;

    PublishedLeakRegressionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void prepare() {
        cluster.primary().execute("drop table if exists victim; create table victim (v int)");
        proxy = FaultProxy.to(cluster.primary().host(), cluster.primary().port());
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    private String url() {
        return "r2dbc:postgresql://postgres@127.0.0.1:%d/postgres".formatted(proxy.port());
    }

    private ReactiveDatabaseManager start() {
        return Databases.start(DatabaseConfig.builder()
                .primary(url())
                .pool(PoolConfig.builder().minSize(1).maxSize(1).build())
                .monitoring(MonitoringConfig.defaults().withProbeInterval(Duration.ofMinutes(1)))
                .build());
    }

    /** Subscribes, and goes away when the first message after the hand-out is on its way and its answer is not. */
    private void goAwayDuringBegin(Mono<?> call) {
        goAwayDuring('Q', call);
    }

    private void goAwayDuring(char message, Mono<?> call) {
        proxy.delay(Direction.TO_SERVER, Duration.ofMillis(100)).delay(Direction.TO_CLIENT, Duration.ofMillis(100));
        long before = proxy.messages(Direction.TO_SERVER, message);
        Disposable caller = call.subscribe();
        await("BEGIN has left", () -> proxy.messages(Direction.TO_SERVER, message) > before);
        caller.dispose();
    }

    /** A statement of the driver, in front of which BEGIN is a message of its own. */
    private static Mono<Long> ask(Connection connection) {
        return Flux.from(connection.createStatement("select 1").execute())
                .concatMap(Result::getRowsUpdated)
                .then(Mono.never());
    }

    private static Mono<Void> beginAndStay(ConnectionFactory factory) {
        return Mono.usingWhen(
                factory.create(),
                connection -> Mono.from(connection.beginTransaction())
                        .then(ask(connection))
                        .then(),
                Connection::close,
                (connection, error) -> connection.close(),
                Connection::close);
    }

    private static Mono<Boolean> nextInsertsOutsideATransaction(ConnectionFactory factory) {
        return Mono.usingWhen(
                factory.create(),
                connection -> Flux.from(connection
                                .createStatement("insert into victim values (1)")
                                .execute())
                        .concatMap(Result::getRowsUpdated)
                        .then(Mono.fromSupplier(connection::isAutoCommit)),
                Connection::close);
    }

    private String victims() {
        return cluster.primary().queryOne("select count(*) from victim");
    }

    /** Fails when upstream has mended it: then our own way may become simpler. */
    @Test
    void thePlainPoolLosesTheNextCallersInsert() {
        ConnectionPool pool = new ConnectionPool(ConnectionPoolConfiguration.builder(ConnectionFactories.get(url()))
                .initialSize(1)
                .maxSize(1)
                .build());
        pool.warmup().block(PATIENCE);

        goAwayDuringBegin(beginAndStay(pool));

        assertThat(nextInsertsOutsideATransaction(pool).block(PATIENCE)).isFalse();
        assertThat(victims()).as("acknowledged and lost").isEqualTo("0");
        pool.disposeLater().block(PATIENCE);
    }

    @Test
    void ourConnectionFactoryKeepsIt() {
        ReactiveDatabaseManager db = start();

        goAwayDuringBegin(beginAndStay(db.connectionFactory()));

        assertThat(nextInsertsOutsideATransaction(db.connectionFactory()).block(PATIENCE))
                .isTrue();
        assertThat(victims()).isEqualTo("1");
        db.shutdown().block(PATIENCE);
    }

    @Test
    void ourTransactionsKeepIt() {
        ReactiveDatabaseManager db = start();

        goAwayDuringBegin(db.inTransaction(PublishedLeakRegressionIT::ask));

        assertThat(nextInsertsOutsideATransaction(db.connectionFactory()).block(PATIENCE))
                .isTrue();
        assertThat(victims()).isEqualTo("1");
        db.shutdown().block(PATIENCE);
    }

    @Test
    void ourTransactionsKeepItWhenBeginLeavesWithItsFirstStatement() {
        ReactiveDatabaseManager db = start();

        goAwayDuring(
                'S',
                db.inTransaction(connection -> db.query("insert into victim values ($1)", 2)
                        .on(connection)
                        .rowsUpdated()
                        .then(Mono.never())));

        assertThat(nextInsertsOutsideATransaction(db.connectionFactory()).block(PATIENCE))
                .isTrue();
        assertThat(victims()).isEqualTo("1");
        db.shutdown().block(PATIENCE);
    }

    @Test
    void springsTransactionalOperatorOnOurConnectionFactoryKeepsIt() {
        ReactiveDatabaseManager db = start();
        DefaultTransactionDefinition atOnce = new DefaultTransactionDefinition();
        atOnce.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        TransactionalOperator operator =
                TransactionalOperator.create(new R2dbcTransactionManager(db.connectionFactory()), atOnce);

        goAwayDuringBegin(Mono.never().as(operator::transactional));

        assertThat(nextInsertsOutsideATransaction(db.connectionFactory()).block(PATIENCE))
                .isTrue();
        assertThat(victims()).isEqualTo("1");
        db.shutdown().block(PATIENCE);
    }

    /** It could meet the BEGIN, and the statement that was sent behind it would be a transaction of its own. */
    @Test
    void nobodyAsksTheServerToCancelWhileBeginIsNotAnswered() {
        ReactiveDatabaseManager db = start();
        int before = proxy.connections();
        proxy.blackhole(Direction.TO_CLIENT);
        long sent = proxy.messages(Direction.TO_SERVER, 'Q');
        Disposable caller = db.inTransaction(PublishedLeakRegressionIT::ask).subscribe();
        await("BEGIN has left", () -> proxy.messages(Direction.TO_SERVER, 'Q') > sent);

        caller.dispose();

        int[] most = new int[1];
        await("the connection is given up", () -> {
            most[0] = Math.max(most[0], proxy.connections());
            return db.metrics().leased() == 0;
        });
        assertThat(most[0]).as("a cancel request is a connection of its own").isLessThanOrEqualTo(before);
        proxy.heal();
        db.shutdown().block(PATIENCE);
    }
}
