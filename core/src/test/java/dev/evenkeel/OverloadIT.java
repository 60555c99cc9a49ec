package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.PoolExhaustedException;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** More calls than the connections can serve: twice as many as they take, one every {@link #EVERY}. */
@WithPostgres
class OverloadIT {

    private static final Logger figures = LoggerFactory.getLogger("figures");

    private static final int CONNECTIONS = 2;
    private static final Duration EVERY = Duration.ofMillis(10);
    private static final String WORK = "select pg_sleep(0.04)";
    private static final Duration LASTING = Duration.ofSeconds(5);

    private final PostgresCluster cluster;
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Queue<Duration> served = new ConcurrentLinkedQueue<>();
    private ReactiveDatabaseManager db;

    OverloadIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    private void start(Duration queueTarget, LeakCheck leaks) {
        db = Databases.start(
                cluster,
                config -> config.pool(PoolConfig.builder()
                        .minSize(CONNECTIONS)
                        .maxSize(CONNECTIONS)
                        .queueTarget(queueTarget)
                        .build()));
        leaks.watch("leased connections", () -> db.metrics().leased());
        leaks.watch("waiting callers", () -> db.metrics().waiting());
    }

    private Mono<Object> call() {
        return Mono.defer(() -> {
            long asked = System.nanoTime();
            return db.query(WORK)
                    .one(row -> (Object) true)
                    .doOnNext(done -> served.add(Duration.ofNanos(System.nanoTime() - asked)))
                    .onErrorResume(failure -> {
                        failures.add(failure);
                        return Mono.empty();
                    });
        });
    }

    private void overload() {
        Flux.interval(EVERY)
                .take(LASTING)
                .onBackpressureBuffer()
                .flatMap(tick -> call(), Integer.MAX_VALUE)
                .blockLast(PATIENCE);
        List<Duration> times = served.stream().sorted().toList();
        figures.info(
                "overload: {} served, median {} ms, slowest {} ms; {} sent away",
                times.size(),
                times.get(times.size() / 2).toMillis(),
                times.get(times.size() - 1).toMillis(),
                failures.size());
    }

    @Test
    void aStandingQueueIsCutBackAndThoseWhoAreSentAwayAreToldWhenToComeBack(LeakCheck leaks) {
        start(Duration.ofMillis(50), leaks);

        overload();

        assertThat(failures)
                .isNotEmpty()
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOfSatisfying(PoolExhaustedException.class, away -> {
                            assertThat(away.code()).isEqualTo("POOL_OVERLOADED");
                            assertThat(away.queueAge()).isGreaterThan(Duration.ofMillis(100));
                            assertThat(away.retryAfter()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
                            assertThat(away.details()).containsKey("queueAgeMillis");
                        }));
        failures.clear();
        await("the queue is served", () -> db.metrics().waiting() == 0);
        call().block(PATIENCE);
        assertThat(failures).as("when the rush is over").isEmpty();
    }

    @Test
    void aQueueThatMayStandServesEverybodyHoweverLate(LeakCheck leaks) {
        start(Duration.ofMinutes(1), leaks);

        overload();

        assertThat(failures).isEmpty();
        assertThat(db.metrics()
                        .history()
                        .get(cluster.primary().host() + ":" + cluster.primary().port())
                        .leaseWait()
                        .max())
                .as("the longest wait for a connection")
                .isGreaterThan(Duration.ofMillis(100));
    }
}
