package dev.evenkeel.spring.transaction;

import static dev.evenkeel.spring.Polling.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.Direction;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.IsolationLevel;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.ReactiveTransaction;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A transaction inside another one whose caller goes away: each connection comes back. */
@WithPostgres
class CancelledPropagationIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int ROUNDS = 60;

    private final PostgresCluster cluster;
    private FaultProxy proxy;
    private ReactiveDatabaseManager db;
    private SpringConnectionFactory factory;
    private DatabaseClient client;

    CancelledPropagationIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        cluster.primary().execute("drop table if exists applied; create table applied (id int, tag text)");
        proxy = FaultProxy.to(cluster.primary().host(), cluster.primary().port());
        db = ReactiveDatabaseManager.start(DatabaseConfig.builder()
                        .primary("r2dbc:postgresql://postgres@127.0.0.1:%d/postgres".formatted(proxy.port()))
                        .pool(PoolConfig.builder().minSize(4).maxSize(8).build())
                        .monitoring(MonitoringConfig.defaults().withProbeInterval(Duration.ofMinutes(1)))
                        .build())
                .block(PATIENCE);
        factory = new SpringConnectionFactory(db.connectionFactory());
        client = DatabaseClient.create(factory);
    }

    @AfterEach
    void stop() {
        proxy.heal();
        db.shutdown().block(PATIENCE);
        proxy.close();
    }

    private TransactionalOperator transaction(int propagation) {
        return TransactionalOperator.create(
                new EvenkeelTransactionManager(factory, Duration.ofSeconds(5)),
                new DefaultTransactionDefinition(propagation));
    }

    private Mono<Void> insert(int id, String tag) {
        return client.sql("insert into applied values (" + id + ", '" + tag + "')")
                .then();
    }

    private void allComeBack(String when) {
        Boolean back = Flux.interval(Duration.ofMillis(20))
                .map(look -> db.metrics().leased() == 0)
                .filter(none -> none)
                .next()
                .onErrorReturn(false)
                .timeout(PATIENCE, Mono.just(false))
                .block(PATIENCE.multipliedBy(2));
        assertThat(back).as("all connections are back, " + when).isTrue();
        // Of a session that was ended instead the server hears a moment later.
        await("no transaction is open, " + when, () -> idleInTransaction() == 0);
    }

    private int idleInTransaction() {
        return Integer.parseInt(cluster.primary()
                .queryOne("select count(*) from pg_stat_activity where state like 'idle in transaction%'"));
    }

    /**
     * Spring's clean-up of the outer one found that its own transaction was suspended, and left it open; or it found the connection of
     * the inner one, rolled that back, and committed the outer one.
     */
    @ParameterizedTest
    @ValueSource(
            ints = {
                TransactionDefinition.PROPAGATION_NOT_SUPPORTED,
                TransactionDefinition.PROPAGATION_REQUIRES_NEW,
                TransactionDefinition.PROPAGATION_NESTED
            })
    void duringAStatementOfTheInnerOne(int propagation) {
        insert(1, "outer")
                .then(client.sql("select pg_sleep(3)").then().as(transaction(propagation)::transactional))
                .as(transaction(TransactionDefinition.PROPAGATION_REQUIRED)::transactional)
                .timeout(Duration.ofMillis(800))
                .onErrorComplete()
                .block(PATIENCE);

        allComeBack("inside propagation " + propagation);
        assertThat(cluster.primary().queryOne("select count(*)::text from applied"))
                .isEqualTo("0");
    }

    @Test
    void whileTheInnerOneBegins() {
        Mono<Void> slowNetwork = Mono.fromRunnable(() -> proxy.delay(Direction.TO_SERVER, Duration.ofMillis(1_500)));
        insert(1, "outer")
                .then(slowNetwork)
                .then(insert(2, "new").as(transaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW)::transactional))
                .as(transaction(TransactionDefinition.PROPAGATION_REQUIRED)::transactional)
                .timeout(Duration.ofMillis(800))
                .onErrorComplete()
                .block(PATIENCE);
        proxy.heal();

        allComeBack("while the inner one begins");
    }

    /** One that begins at once, so that it can be seen. The operators between them have let go of the connection by then, and drop the transaction: nobody else knows of it. */
    @Test
    void betweenTheEndOfItsBeginAndItsArrival() {
        Mono<ReactiveTransaction> begun = factory.create()
                .flatMap(connection -> Mono.from(connection.beginTransaction(IsolationLevel.READ_COMMITTED)))
                .then(Mono.never());
        Disposable beginning = new Delivery(begun, transaction -> Mono.empty()).subscribe();
        await("it is open", () -> idleInTransaction() == 1);

        beginning.dispose();

        allComeBack("behind BEGIN");
    }

    @Test
    void atRandomMoments() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        proxy.delay(Direction.TO_SERVER, Duration.ofMillis(5));
        for (int round = 0; round < ROUNDS; round++) {
            insert(round, "out")
                    .then(insert(round, "new")
                            .as(transaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW)::transactional))
                    .as(transaction(TransactionDefinition.PROPAGATION_REQUIRED)::transactional)
                    .timeout(Duration.ofNanos(random.nextInt(70_000_000)))
                    .onErrorComplete()
                    .block(PATIENCE);
            allComeBack("round %d with seed %d".formatted(round, seed));
        }
    }
}
