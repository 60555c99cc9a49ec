package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.SchemaMismatchException;
import dev.evenkeel.testkit.Cut;
import dev.evenkeel.testkit.CutAction;
import dev.evenkeel.testkit.CutPoint;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.NodeRole;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** The way to the server breaks at COMMIT, again and again; a counter tells what was really applied. */
@WithPostgres(isolated = true)
class ExactlyOnceIT {

    /** For the long campaign: {@code -Devenkeel.test.commits=10000}. */
    private static final int COMMITS = Integer.getInteger("evenkeel.test.commits", 2);

    private static final TransactionOptions ONCE = TransactionOptions.builder()
            .exactlyOnce()
            .timeout(Duration.ofSeconds(15))
            .retry(RetryPolicy.builder()
                    .maxAttempts(50)
                    .baseDelay(Duration.ofMillis(50))
                    .maxDelay(Duration.ofMillis(200))
                    .build())
            .build();

    private final PostgresCluster cluster;
    private FaultProxy proxy;
    private ReactiveDatabaseManager db;

    ExactlyOnceIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary()
                .execute("drop table if exists counter, evenkeel_commit; create table counter (n int);"
                        + "insert into counter values (0)");
        cluster.primary().execute(TransactionOptions.MARKER_TABLE);
        proxy = FaultProxy.to(cluster.primary().host(), cluster.primary().port());
        db = Databases.start(DatabaseConfig.builder()
                .primary("r2dbc:postgresql://postgres@127.0.0.1:%d/postgres".formatted(proxy.port()))
                .pool(PoolConfig.builder().minSize(0).maxSize(2).build())
                .monitoring(MonitoringConfig.defaults().withProbeInterval(Duration.ofMillis(50)))
                .build());
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @AfterEach
    void stop() {
        proxy.heal();
        db.shutdown().block(PATIENCE);
        proxy.close();
    }

    private Mono<Long> increment(TransactionOptions options) {
        return db.inTransaction(
                options,
                conn -> db.query("update counter set n = n + $1", 1).on(conn).rowsUpdated());
    }

    private String counter() {
        return cluster.primary().queryOne("select n from counter");
    }

    static Stream<Arguments> cuts() {
        return Stream.of(CutPoint.values())
                .flatMap(point -> Stream.of(CutAction.RESET, CutAction.HALF_CLOSE, CutAction.BLACKHOLE)
                        .map(action -> Arguments.of(point, action)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("cuts")
    void appliesEachIncrementOnceWhereverTheConnectionBreaks(CutPoint point, CutAction action) {
        for (int i = 0; i < COMMITS; i++) {
            Cut cut = proxy.cutAt(point, action);
            StepVerifier.create(increment(ONCE)).expectNext(1L).verifyComplete();
            cut.awaitFired(PATIENCE);
            proxy.heal();
        }

        assertThat(counter()).isEqualTo(String.valueOf(COMMITS));
    }

    @Test
    void appliesEachIncrementOnceWhenTheServerCrashesAtCommit() {
        for (int i = 0; i < COMMITS; i++) {
            CompletableFuture<Void> crash = proxy.cutAt(
                            i % 2 == 0 ? CutPoint.BEFORE_COMMIT_FORWARDED : CutPoint.AFTER_COMMIT_FORWARDED,
                            CutAction.RESET)
                    .fired()
                    .thenRunAsync(() -> {
                        cluster.kill(cluster.primary());
                        cluster.restart(cluster.primary());
                    });
            StepVerifier.create(increment(ONCE)).expectNext(1L).verifyComplete();
            assertThat(crash).succeedsWithin(PATIENCE);
            Databases.await("the server is back", () -> cluster.primary().role() == NodeRole.PRIMARY);
            proxy.heal();
        }

        assertThat(counter()).isEqualTo(String.valueOf(COMMITS));
    }

    @Test
    void withoutAMarkerALostAnswerToCommitIsUnknownAndNotRepeated() {
        proxy.cutAt(CutPoint.AFTER_ANSWER_BEFORE_DELIVERY, CutAction.RESET);

        StepVerifier.create(increment(TransactionOptions.defaults()))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                CommitOutcomeUnknownException.class,
                                unknown -> assertThat(unknown.safeToRetry()).isFalse()));
        assertThat(counter()).isEqualTo("1");
    }

    @Test
    void endsAsUnknownWhenNobodyCanBeAskedBeforeTheDeadline() {
        TransactionOptions hasty = TransactionOptions.builder()
                .exactlyOnce()
                .timeout(Duration.ofSeconds(1))
                .build();
        CompletableFuture<Void> alone = proxy.cutAt(CutPoint.AFTER_COMMIT_FORWARDED, CutAction.RESET)
                .fired()
                .thenRun(proxy::refuse);

        StepVerifier.create(increment(hasty)).verifyError(CommitOutcomeUnknownException.class);
        assertThat(alone).succeedsWithin(PATIENCE);
    }

    @Test
    void sweepsOldMarkersAwayAndKeepsYoungOnes() {
        cluster.primary()
                .execute("insert into evenkeel_commit values (gen_random_uuid(), 'C', now() - interval '2 days')");

        increment(ONCE).block(PATIENCE);

        Databases.await(
                "only the young one is left",
                () -> cluster.primary()
                        .queryOne("select count(*) from evenkeel_commit")
                        .equals("1"));
    }

    @Test
    void namesTheTableThatIsMissing() {
        cluster.primary().execute("drop table evenkeel_commit");

        StepVerifier.create(increment(ONCE))
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(SchemaMismatchException.class)
                        .hasMessageContaining("evenkeel_commit"));
        assertThat(counter()).isEqualTo("0");
    }
}
