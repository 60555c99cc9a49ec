package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.event.TopologyEvent.NodeDown;
import dev.evenkeel.event.TopologyEvent.PrimaryLost;
import dev.evenkeel.testkit.Direction;
import dev.evenkeel.testkit.FaultProxy;
import dev.evenkeel.testkit.LeakCheck;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** Servers that are only slow to reach are neither dead nor in the way. With the defaults of a production system. */
@WithPostgres(replicas = 2, isolated = true)
class SlowNetworkIT {

    private static final Logger log = LoggerFactory.getLogger("figures");

    /** For the long form: {@code -Devenkeel.test.slow=600}, in seconds. */
    private static final Duration SLOW = Duration.ofSeconds(Integer.getInteger("evenkeel.test.slow", 3));

    private final PostgresCluster cluster;
    private final TopologyLog topology = new TopologyLog();
    private ReactiveDatabaseManager db;

    SlowNetworkIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void start(LeakCheck leaks) {
        cluster.primary().execute(Load.TABLE);
        cluster.awaitReplayed(PATIENCE);
        cluster.nodes().forEach(node -> cluster.proxy(node).heal());
        DatabaseConfig.Builder config = DatabaseConfig.builder()
                .primary(cluster.proxyUrl(cluster.primary()))
                .pool(PoolConfig.builder().minSize(4).maxSize(16).build())
                .listener(topology);
        cluster.replicas().forEach(replica -> config.replica(cluster.proxyUrl(replica)));
        db = Databases.start(config.build());
        leaks.watch("leased connections", () -> db.metrics().leased());
    }

    @AfterEach
    void stop() {
        cluster.nodes().forEach(node -> cluster.proxy(node).heal());
        db.shutdown().block(PATIENCE);
    }

    private void everything(Consumer<FaultProxy> fault) {
        cluster.nodes().forEach(node -> fault.accept(cluster.proxy(node)));
    }

    private void noFalseAlarm(String what) {
        topology.clear();
        Load load = Load.start(db, 2, 2);
        LockSupport.parkNanos(SLOW.toNanos());
        load.nextWrite();
        cluster.nodes().forEach(node -> cluster.proxy(node).heal());
        load.stop();

        log.info(
                "{} for {}: {} reads, {} writes",
                what,
                SLOW,
                load.reads(),
                load.acknowledged().size());
        assertThat(topology.of(PrimaryLost.class)).isEmpty();
        assertThat(topology.of(NodeDown.class)).isEmpty();
        assertThat(load.failedReads()).isEmpty();
        assertThat(load.failedWrites()).isEmpty();
    }

    @Test
    void twoHundredMillisecondsMoreAreNoFailure() {
        everything(proxy -> proxy.delay(Direction.TO_CLIENT, Duration.ofMillis(200)));
        noFalseAlarm("latency + 200 ms");
    }

    @Test
    void jitterIsNoFailure() {
        everything(proxy -> proxy.delay(Direction.TO_CLIENT, Duration.ofMillis(50), Duration.ofMillis(150)));
        noFalseAlarm("jitter of 150 ms");
    }

    @Test
    void aLineOfAKilobyteASecondIsNoFailure() {
        everything(proxy -> proxy.throttle(Direction.TO_CLIENT, 1_000).throttle(Direction.TO_SERVER, 1_000));
        noFalseAlarm("1 kB/s");
    }

    @Test
    void readsMoveAwayFromAReplicaThatHasBecomeSlow() {
        PostgresNode slow = cluster.replicas().get(0);
        Map<Integer, AtomicInteger> served = new ConcurrentHashMap<>();
        AtomicBoolean going = new AtomicBoolean(true);
        Disposable readers = Flux.range(0, 8)
                .flatMap(
                        i -> Flux.defer(() -> db.query("select inet_server_port()")
                                        .readOnly(ReadConsistency.EVENTUAL)
                                        .map(row -> row.get(0, Integer.class)))
                                .doOnNext(port -> served.computeIfAbsent(port, p -> new AtomicInteger())
                                        .incrementAndGet())
                                .repeat(going::get),
                        8)
                .subscribe();
        await("both replicas serve", () -> shareOf(slow, served) > 0.2);

        long slowed = System.nanoTime();
        cluster.proxy(slow).delay(Direction.TO_CLIENT, Duration.ofMillis(200));
        await("reads have moved", () -> shareOf(slow, served) < 0.05);
        log.info(
                "reads moved off a replica that is 200 ms slower after {}",
                Duration.ofNanos(System.nanoTime() - slowed));
        going.set(false);
        await("the readers have ended", readers::isDisposed);
    }

    /** Of the next reads, about a tenth of a second of them. */
    private static double shareOf(PostgresNode node, Map<Integer, AtomicInteger> served) {
        served.clear();
        LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        double all = served.values().stream().mapToInt(AtomicInteger::get).sum();
        return served.getOrDefault(node.port(), new AtomicInteger()).get() / Math.max(1, all);
    }
}
