package dev.evenkeel.spring.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.testkit.CutAction;
import dev.evenkeel.testkit.CutPoint;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.r2dbc.connection.ConnectionFactoryUtils;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** What becomes of transactions when the network breaks in the middle. */
@WithPostgres
class TransactionManagerIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final PostgresCluster cluster;
    private final List<Integer> ends = new CopyOnWriteArrayList<>();
    private FaultProxy proxy;
    private ReactiveDatabaseManager db;
    private SpringConnectionFactory factory;
    private DatabaseClient client;

    TransactionManagerIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary().execute("drop table if exists applied; create table applied (id int)");
        proxy = FaultProxy.to(cluster.primary().host(), cluster.primary().port());
        db = ReactiveDatabaseManager.start(DatabaseConfig.builder()
                        .primary("r2dbc:postgresql://postgres@127.0.0.1:%d/postgres".formatted(proxy.port()))
                        .pool(PoolConfig.builder().minSize(0).maxSize(4).build())
                        .monitoring(MonitoringConfig.defaults().withProbeInterval(Duration.ofMillis(50)))
                        .build())
                .block(PATIENCE);
        factory = new SpringConnectionFactory(db.connectionFactory());
        client = DatabaseClient.create(factory);
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @AfterEach
    void stop() {
        proxy.heal();
        db.shutdown().block(PATIENCE);
        proxy.close();
    }

    private TransactionalOperator transactional(int timeoutSeconds) {
        DefaultTransactionDefinition definition = new DefaultTransactionDefinition();
        definition.setTimeout(timeoutSeconds);
        return TransactionalOperator.create(new EvenkeelTransactionManager(factory, Duration.ofSeconds(1)), definition);
    }

    private Mono<Void> insert(int id) {
        return client.sql("insert into applied values (" + id + ")").then();
    }

    private Mono<Void> noteEnd() {
        return TransactionSynchronizationManager.forCurrentTransaction()
                .doOnNext(scope -> scope.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public Mono<Void> afterCompletion(int status) {
                        return Mono.fromRunnable(() -> ends.add(status));
                    }
                }))
                .then();
    }

    private String applied() {
        return cluster.primary().queryOne("select count(*) from applied");
    }

    @Test
    void aLostAnswerToCommitIsUnknownAndSynchronizationsHearSo() {
        proxy.cutAt(CutPoint.AFTER_ANSWER_BEFORE_DELIVERY, CutAction.RESET);

        StepVerifier.create(noteEnd().then(insert(1)).as(transactional(-1)::transactional))
                .verifyError(CommitOutcomeUnknownException.class);

        assertThat(applied()).isEqualTo("1");
        assertThat(ends).containsExactly(TransactionSynchronization.STATUS_UNKNOWN);
    }

    @Test
    void aCommitThatIsNotAnsweredIsUnknownAfterTheBound() {
        proxy.cutAt(CutPoint.BEFORE_COMMIT_FORWARDED, CutAction.BLACKHOLE);

        StepVerifier.create(noteEnd().then(insert(2)).as(transactional(-1)::transactional))
                .expectError(CommitOutcomeUnknownException.class)
                .verify(PATIENCE);

        assertThat(ends).containsExactly(TransactionSynchronization.STATUS_UNKNOWN);
    }

    @Test
    void aServerThatHasGoneSilentIsNotWaitedForLongerThanTheTimeout() {
        Mono<Void> work = insert(3)
                .then(Mono.fromRunnable(proxy::blackhole))
                .then(insert(4))
                .then();

        StepVerifier.create(work.as(transactional(1)::transactional))
                .expectErrorSatisfies(error -> assertThat(error)
                        .satisfiesAnyOf(
                                late -> assertThat(late).isInstanceOf(QueryTimeoutException.class),
                                lost -> assertThat(lost)
                                        .isInstanceOf(
                                                org.springframework.dao.DataAccessResourceFailureException.class)))
                .verify(PATIENCE);
        assertThat(applied()).isEqualTo("0");
    }

    @Test
    void aSwallowedErrorDoesNotLookCommitted() {
        Mono<Void> swallowing = insert(5)
                .then(client.sql("select 1 / 0").then().onErrorComplete())
                .as(transactional(-1)::transactional);

        StepVerifier.create(swallowing).verifyError(UnexpectedRollbackException.class);
        assertThat(applied()).isEqualTo("0");
    }

    @Test
    void aConnectionUnwrapsToTheDriversAndToAnEnd() {
        Connection connection = Mono.from(factory.create()).block(PATIENCE);

        assertThat(((GuardedConnection) connection).unwrap(io.r2dbc.postgresql.api.PostgresqlConnection.class))
                .isNotNull();
        assertThat(ConnectionFactoryUtils.getTargetConnection(connection)).isNotNull();
        Mono.from(connection.close()).block(PATIENCE);
    }
}
