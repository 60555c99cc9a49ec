package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.event.TopologyEvent.ReplicaCaughtUp;
import dev.evenkeel.event.TopologyEvent.ReplicaLagging;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A replica that falls behind the bound and comes back, while clients write and read their writes. */
@WithPostgres(
        replicas = 1,
        isolated = true,
        // A replica that has much to catch up must not end our reads for that.
        settings = {"hot_standby_feedback=on", "max_standby_streaming_delay=-1"})
class ReplicaLagIT {

    private static final Logger log = LoggerFactory.getLogger("figures");

    /** For the long form: {@code -Devenkeel.test.replayPause=60}, in seconds. */
    private static final Duration PAUSE = Duration.ofSeconds(Integer.getInteger("evenkeel.test.replayPause", 3));

    private static final Duration PROBE = Duration.ofMillis(100);
    private static final Duration BOUND = Duration.ofSeconds(1);
    private static final int CLIENTS = 4;

    private final PostgresCluster cluster;
    private final PostgresNode replica;
    private final TopologyLog topology = new TopologyLog();
    private final Queue<String> stale = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean going = new AtomicBoolean(true);
    private ReactiveDatabaseManager db;
    private Disposable clients;

    ReplicaLagIT(PostgresCluster cluster) {
        this.cluster = cluster;
        this.replica = cluster.replicas().get(0);
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary()
                .execute("drop table if exists counter; create table counter (client int primary key, n int);"
                        + " insert into counter select g, 0 from generate_series(1, %d) g".formatted(CLIENTS));
        cluster.awaitReplayed(PATIENCE);
        db = Databases.start(
                cluster,
                config -> config.monitoring(MonitoringConfig.defaults()
                                .withProbeInterval(PROBE)
                                .withMaxReplicaLag(BOUND))
                        .listener(topology));
        leaks.watch("leased connections", () -> db.metrics().leased());
        clients = Flux.range(1, CLIENTS).flatMap(this::client, CLIENTS).subscribe();
    }

    @AfterEach
    void stop() {
        cluster.resumeReplay(replica);
        going.set(false);
        await("the clients have ended", clients::isDisposed);
        db.shutdown().block(PATIENCE);
        assertThat(stale).isEmpty();
    }

    /** Writes and reads in turn; whoever does not find at least its last write has read a stale state. */
    private Flux<Integer> client(int id) {
        Flux<Integer> rounds = Flux.<Integer, Integer>generate(() -> 1, (round, sink) -> {
                    if (going.get()) {
                        sink.next(round);
                    } else {
                        sink.complete();
                    }
                    return round + 1;
                })
                .concatMap(
                        round -> db.query("update counter set n = $2 where client = $1", id, round)
                                .rowsUpdated()
                                .then(read(id, ReadConsistency.READ_YOUR_WRITES))
                                .doOnNext(n -> {
                                    if (n < round) {
                                        stale.add("client %d read %d after it had written %d".formatted(id, n, round));
                                    }
                                })
                                .then(Mono.delay(Duration.ofMillis(5)))
                                .thenReturn(round),
                        1);
        return rounds.contextWrite(CallContext.session(ReadSession.create()));
    }

    private Mono<Integer> read(int client, ReadConsistency consistency) {
        return db.query("select n from counter where client = $1", client)
                .readOnly(consistency)
                .one(row -> row.get(0, Integer.class));
    }

    private boolean boundedReadsGoToTheReplica() {
        return db.query("select inet_server_port()")
                .readOnly(ReadConsistency.BOUNDED)
                .one(row -> row.get(0, Integer.class))
                .map(port -> port == replica.port())
                .block(PATIENCE);
    }

    @Test
    void aReplicaWhoseReplayIsPausedServesNothingThatMustBeFreshUntilItIsBack() {
        await("bounded reads are on the replica", this::boundedReadsGoToTheReplica);
        cluster.pauseReplay(replica);
        long paused = System.nanoTime();
        await("bounded reads have left the replica", () -> !boundedReadsGoToTheReplica());
        Duration out = Duration.ofNanos(System.nanoTime() - paused).minus(BOUND);
        while (System.nanoTime() - paused < PAUSE.toNanos()) {
            assertThat(boundedReadsGoToTheReplica()).isFalse();
            LockSupport.parkNanos(PROBE.toNanos());
        }

        topology.clear();
        long resumed = System.nanoTime();
        cluster.resumeReplay(replica);
        await("bounded reads are on the replica again", this::boundedReadsGoToTheReplica);
        Duration back = Duration.ofNanos(System.nanoTime() - resumed);
        topology.await(ReplicaCaughtUp.class);

        log.info(
                "replay paused for {}: out {} after the bound, back {} after the resumption, probes every {}",
                PAUSE,
                out,
                back,
                PROBE);
    }

    @Test
    void aLagAroundTheBoundChangesWhoServesAtMostOnceWithinTheBound() {
        topology.clear();
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < BOUND.multipliedBy(5).toNanos()) {
            cluster.pauseReplay(replica);
            LockSupport.parkNanos(BOUND.toNanos() * 11 / 10);
            cluster.resumeReplay(replica);
            LockSupport.parkNanos(PROBE.toNanos());
        }
        topology.await(ReplicaLagging.class);
        long bounds = (System.nanoTime() - begun) / BOUND.toNanos();
        int changes = topology.of(ReplicaLagging.class).size()
                + topology.of(ReplicaCaughtUp.class).size();

        log.info("lag around the bound: {} changes in {} bounds", changes, bounds);
        assertThat(changes).isBetween(1, (int) bounds + 1);
    }
}
