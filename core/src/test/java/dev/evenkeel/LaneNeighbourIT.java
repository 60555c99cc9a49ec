package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Many quick queries beside a slow one that nothing in its text betrays. The figures are logged; what is asserted does not depend on time. */
@WithPostgres(isolated = true)
class LaneNeighbourIT {

    private static final Logger figures = LoggerFactory.getLogger("figures");
    private static final int SECONDS = Integer.getInteger("evenkeel.test.neighbour", 1);
    private static final Duration BETWEEN = Duration.ofMillis(1);

    private final PostgresCluster cluster;
    private ReactiveDatabaseManager db;

    LaneNeighbourIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start() {
        cluster.primary()
                .execute("create table item (id int primary key); insert into item select generate_series(1, 1000);"
                        + " create function report(seconds int) returns int language plpgsql as"
                        + " $$ begin perform pg_sleep(seconds); return seconds; end $$");
        db = Databases.start(
                cluster,
                config -> config.pool(
                        PoolConfig.builder().minSize(4).maxSize(4).lanes(2).build()));
    }

    @AfterEach
    void stop() {
        db.shutdown().block(PATIENCE);
    }

    /** A thousand a second for so long; emits how long each took, in nanoseconds. */
    private Mono<Histogram> quickOnes(int seconds) {
        Histogram latency = new ConcurrentHistogram(Duration.ofMinutes(1).toNanos(), 3);
        return Flux.interval(BETWEEN, Schedulers.parallel())
                .take(seconds * 1_000L)
                .onBackpressureBuffer()
                .flatMap(tick -> quickOne((int) (tick % 1_000) + 1, latency), 256)
                .then(Mono.just(latency));
    }

    private Mono<Integer> quickOne(int id, Histogram latency) {
        return Mono.defer(() -> {
            long begun = System.nanoTime();
            return db.query("select id from item where id = $1", id)
                    .readOnly()
                    .one(row -> row.get(0, Integer.class))
                    .doOnNext(answer -> {
                        assertThat(answer).isEqualTo(id);
                        latency.recordValue(System.nanoTime() - begun);
                    });
        });
    }

    @Test
    void aSlowQueryLeavesItsLaneToTheOthers() {
        quickOnes(2).block(PATIENCE);
        Histogram alone = quickOnes(SECONDS).block(PATIENCE);

        Mono<Integer> slow = db.query("select report($1)", SECONDS).readOnly().one(row -> row.get(0, Integer.class));
        Histogram beside = Mono.zip(quickOnes(SECONDS), slow)
                .block(PATIENCE.plusSeconds(SECONDS))
                .getT1();

        assertThat(alone.getTotalCount()).isEqualTo(SECONDS * 1_000L);
        assertThat(beside.getTotalCount()).isEqualTo(SECONDS * 1_000L);
        figures.info(
                "1,000 point selects a second: p99 {} and at most {} alone, p99 {} and at most {} beside a query of {} s",
                Duration.ofNanos(alone.getValueAtPercentile(99)),
                Duration.ofNanos(alone.getMaxValue()),
                Duration.ofNanos(beside.getValueAtPercentile(99)),
                Duration.ofNanos(beside.getMaxValue()),
                SECONDS);
    }
}
