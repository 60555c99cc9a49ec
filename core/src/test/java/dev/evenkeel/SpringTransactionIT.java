package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Spring's own reactive transactions over our connections. */
@WithPostgres
class SpringTransactionIT {

    private static final int CANCELS = Integer.getInteger("evenkeel.test.cancels", 400);

    private final PostgresCluster cluster;
    private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
    private ReactiveDatabaseManager db;
    private DatabaseClient client;
    private TransactionalOperator transactional;

    SpringTransactionIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary()
                .execute(
                        "drop table if exists debit, credit; create table debit (id int); create table credit (id int)");
        db = Databases.start(
                cluster,
                config -> config.pool(PoolConfig.builder().minSize(0).maxSize(8).build()));
        client = DatabaseClient.create(db.connectionFactory());
        transactional = TransactionalOperator.create(new R2dbcTransactionManager(db.connectionFactory()));
        leaks.watch("leased connections", () -> db.metrics().leased());
        leaks.watch("waiting callers", () -> db.metrics().waiting());
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private Mono<Void> insert(String table, int id) {
        return client.sql("insert into " + table + " values ($1)")
                .bind("$1", id)
                .then();
    }

    private Mono<Integer> transfer(int id) {
        return insert("debit", id)
                .then(insert("credit", id))
                .thenReturn(id)
                .as(transactional::transactional)
                .doOnNext(acknowledged::add);
    }

    private Set<Integer> ids(String table) {
        Set<Integer> ids = cluster.primary().queryAll("select id from " + table).stream()
                .map(Integer::valueOf)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(cluster.primary().queryOne("select count(*) from " + table))
                .as("none twice in %s", table)
                .isEqualTo(String.valueOf(ids.size()));
        return ids;
    }

    @Test
    void commitsAndRollsBack() {
        StepVerifier.create(transfer(1)).expectNext(1).verifyComplete();
        StepVerifier.create(insert("debit", 2)
                        .then(Mono.error(new IllegalStateException("no")))
                        .as(transactional::transactional))
                .verifyError(IllegalStateException.class);

        assertThat(ids("debit")).containsExactly(1);
        assertThat(ids("credit")).containsExactly(1);
    }

    @Test
    void cancelsAtRandomMomentsLeaveNothingHalfDone() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Flux.range(1, CANCELS)
                .flatMap(
                        id -> transfer(id)
                                .takeUntilOther(Mono.delay(
                                        id % 10 == 0 ? PATIENCE : Duration.ofNanos(random.nextInt(30_000_000)),
                                        Schedulers.parallel())),
                        4)
                .then()
                .block(Duration.ofMinutes(2).plusMillis(CANCELS));

        await("all connections are back", () -> db.metrics().leased() == 0);
        assertThat(ids("debit")).as("seed %d", seed).isEqualTo(ids("credit")).containsAll(acknowledged);
        assertThat(acknowledged.size()).as("some must go through").isBetween(1, CANCELS);
        assertThat(transfer(0).block(PATIENCE)).isZero();
    }

    @Test
    void connectionsThatAreTakenAndDroppedAtRandomMomentsComeBack() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Flux.range(1, CANCELS)
                .flatMap(
                        id -> Mono.usingWhen(
                                        db.connectionFactory().create(),
                                        connection -> Mono.delay(Duration.ofMillis(1)),
                                        connection -> connection.close())
                                .takeUntilOther(
                                        Mono.delay(Duration.ofNanos(random.nextInt(3_000_000)), Schedulers.parallel())),
                        4)
                .then()
                .block(Duration.ofMinutes(2).plusMillis(CANCELS));

        await("all connections are back, seed " + seed, () -> db.metrics().leased() == 0);
    }
}
