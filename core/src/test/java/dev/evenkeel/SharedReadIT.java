package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.event.CallCompleted;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Queries share connections, and what is particular to that. */
@WithPostgres
class SharedReadIT extends ReadContract {

    private static final int CALLERS = 200;

    private final PostgresCluster cluster;

    SharedReadIT(PostgresCluster cluster) {
        super(cluster, 2);
        this.cluster = cluster;
    }

    private Mono<Integer> find(int id) {
        return db().query("select id from item where id = $1", id).readOnly().one(row -> row.get(0, Integer.class));
    }

    private String sessions() {
        return cluster.primary()
                .queryOne("select count(*)::text from pg_stat_activity where application_name = 'evenkeel'"
                        + " and backend_type = 'client backend'");
    }

    @Test
    void queriesDoNotWaitForAConnection() {
        CountDownLatch done = new CountDownLatch(1);
        List<Mono<Long>> holders = java.util.stream.IntStream.range(0, 4)
                .mapToObj(i -> db().withConnection(
                                ConnectionOptions.write(),
                                conn -> Mono.fromCallable(() -> {
                                            done.await();
                                            return 1L;
                                        })
                                        .subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic())))
                .toList();
        var held = Mono.when(holders).toFuture();
        await("all connections are taken", () -> db().metrics().leased() == 4);

        try {
            StepVerifier.create(find(7)).expectNext(7).verifyComplete();
        } finally {
            done.countDown();
        }
        assertThat(held).succeedsWithin(PATIENCE);
    }

    @Test
    void manyCallersAtOnceGetTheirOwnAnswersOverTwoSessions() {
        await(
                "both lanes are open",
                () -> db().metrics().lanes().values().stream()
                                .mapToInt(LaneMetrics::open)
                                .sum()
                        == 2);
        LongAdder withConnections = new LongAdder();
        db().listen(new DatabaseListener() {
            @Override
            public void onCallCompleted(CallCompleted call) {
                withConnections.add(call.held().isZero() ? 0 : 1);
            }
        });
        Long wrong = Flux.range(0, 20_000)
                .flatMap(
                        i -> {
                            int id = ThreadLocalRandom.current().nextInt(1, 1001);
                            return find(id).map(found -> found == id ? 0 : 1);
                        },
                        CALLERS)
                .filter(is -> is != 0)
                .count()
                .block(PATIENCE);

        assertThat(wrong).isZero();
        assertThat(withConnections.sum())
                .as("queries that took a connection of their own")
                .isLessThan(4_000);
    }

    /** The server skips what was sent behind an error up to the next Sync. */
    @Test
    void whoeverFailsAmongManyFailsAlone() {
        Long outcome = Flux.range(0, 10_000)
                .flatMap(
                        i -> i % 7 == 0
                                ? db().query("select 1 / (id - id) from item where id = $1", i % 1000 + 1)
                                        .readOnly()
                                        .one(row -> -1_000_000L)
                                        .onErrorResume(
                                                QueryFailedException.class,
                                                division -> Mono.just(
                                                        division.code().equals("22012") ? 1L : -1_000_000L))
                                : find(i % 1000 + 1).map(found -> found == i % 1000 + 1 ? 1L : -1_000_000L),
                        CALLERS)
                .reduce(0L, Long::sum)
                .block(PATIENCE);

        assertThat(outcome).isEqualTo(10_000);
    }

    /** Each of them is prepared and forgotten again: a session keeps 256. */
    @Test
    void moreStatementsThanASessionKeepsAreStillServed() {
        Long right = Flux.range(0, 3_000)
                .flatMap(
                        i -> db().query("select " + i % 700 + " + $1::int", 1)
                                .readOnly()
                                .one(row -> row.get(0, Integer.class) == i % 700 + 1 ? 1L : 0L),
                        CALLERS)
                .reduce(0L, Long::sum)
                .block(PATIENCE);

        assertThat(right).isEqualTo(3_000);
        assertThat(db().withConnection(
                                ConnectionOptions.write(),
                                conn -> db().query("select 1").on(conn).one(row -> 1))
                        .block(PATIENCE))
                .isEqualTo(1);
    }

    @Test
    void aSlowStatementHoldsTheOthersUpForAMomentOnly() {
        var slow = db().query("select count(*) from generate_series(1, $1::int8) g", 20_000_000L)
                .readOnly()
                .one(row -> row.get(0, Long.class))
                .toFuture();
        long begun = System.nanoTime();
        Long right = Flux.range(0, 100).concatMap(i -> find(i + 1)).count().block(PATIENCE);
        Duration took = Duration.ofNanos(System.nanoTime() - begun);

        assertThat(right).isEqualTo(100);
        assertThat(slow.isDone() && took.toMillis() > 1000)
                .as("the others waited for it: %s", took)
                .isFalse();
        assertThat(slow).succeedsWithin(PATIENCE).isEqualTo(20_000_000L);
    }

    /**
     * Behind it on the same session is what the holder of the lock waits for: no deadlock that the server could see.
     */
    @Test
    void aReadThatWaitsForALockDoesNotKeepItsHolderFromGoingOn() {
        Mono<Long> holder = db().inTransaction(conn -> db().query("lock table item")
                .on(conn)
                .rowsUpdated()
                .then(Mono.defer(() -> {
                    for (int i = 0; i < 2; i++) {
                        find(i).subscribe();
                    }
                    return Flux.range(0, 20)
                            .concatMap(i -> db().query("select $1::int8", (long) i)
                                    .readOnly()
                                    .one(row -> row.get(0, Long.class)))
                            .count();
                })));

        assertThat(holder.block(PATIENCE)).isEqualTo(20);
    }

    @Test
    void aStatementThatWritesIsRefused() {
        for (String writing : List.of(
                "insert into item values ($1, 'new')",
                "with gone as (delete from item where id = $1 returning id) select id from gone")) {
            StepVerifier.create(db().query(writing, 5000).readOnly().map(row -> 1))
                    .verifyErrorSatisfies(error -> assertThat(error)
                            .isInstanceOfSatisfying(
                                    DatabaseException.class,
                                    refused -> assertThat(refused.code()).isEqualTo("25006")));
        }
        assertThat(cluster.primary().queryOne("select count(*)::text from item"))
                .isEqualTo("1000");
    }

    @Test
    void aCallerWhoTakesItsRowsSlowlyDoesNotHoldUpTheOthers() {
        var slow = db().query("select repeat('x', 1000) from generate_series(1, $1::int)", 5_000)
                .readOnly()
                .map(row -> 1)
                .limitRate(10)
                .concatMap(i -> Mono.delay(Duration.ofMillis(1)).thenReturn(i), 1)
                .take(Duration.ofSeconds(3))
                .count()
                .toFuture();
        long begun = System.nanoTime();
        Long found = Flux.range(0, 200).concatMap(i -> find(i + 1)).count().block(PATIENCE);

        assertThat(found).isEqualTo(200);
        assertThat(slow.isDone())
                .as("slow caller gone before the others were served in %s", Duration.ofNanos(System.nanoTime() - begun))
                .isFalse();
        assertThat(slow).succeedsWithin(PATIENCE);
    }

    @Test
    void whatIsRotatedIsReplacedWhileQueriesRun() {
        Mono<Long> traffic =
                Flux.range(0, 10_000).flatMap(i -> find(i % 1000 + 1), CALLERS).count();
        var running = traffic.toFuture();
        for (int i = 0; i < 5; i++) {
            db().rotateConnections().block(PATIENCE);
        }
        assertThat(running).succeedsWithin(PATIENCE).isEqualTo(10_000L);
        await("old sessions are gone", () -> Integer.parseInt(sessions()) <= 3 + 4);
    }
}
