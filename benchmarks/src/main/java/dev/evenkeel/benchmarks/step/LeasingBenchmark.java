package dev.evenkeel.benchmarks.step;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.assembly.MonotonicTimer;
import dev.evenkeel.benchmarks.peer.R2dbcPoolPeer;
import dev.evenkeel.benchmarks.peer.Server;
import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.event.Listeners;
import dev.evenkeel.lane.LaneSettings;
import dev.evenkeel.node.ConnectionFactories;
import dev.evenkeel.node.Encryption;
import dev.evenkeel.node.Lease;
import dev.evenkeel.node.Logins;
import dev.evenkeel.node.NodePool;
import dev.evenkeel.node.Opening;
import dev.evenkeel.testkit.ClusterSpec;
import dev.evenkeel.testkit.PostgresCluster;
import io.r2dbc.pool.ConnectionPool;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * A connection is handed out and given back, with a limit for the wait, and nothing around it: no node is chosen, nothing is recorded,
 * repeated or limited. They follow each other on the event loop, as in {@link EmptyCallBenchmark}, which has the rest.
 */
public class LeasingBenchmark extends StepBenchmark {

    private static final int TIMES = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final LaneSettings NO_LANES =
            new LaneSettings(0, Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofMinutes(30), 0);

    private @Nullable PostgresCluster cluster;
    private Mono<Void> fromNodePool = Mono.empty();
    private Mono<Void> fromR2dbcPool = Mono.empty();
    private Mono<Void> end = Mono.empty();

    @Setup
    public void start() {
        PostgresCluster server = PostgresCluster.start(ClusterSpec.single());
        Scheduler timer = new MonotonicTimer(Schedulers.parallel());
        NodePool pool = pool(server, timer);
        pool.warmUp().block(PATIENCE);
        ConnectionPool other = R2dbcPoolPeer.pool(Server.of(server));
        cluster = server;
        fromNodePool = Mono.defer(() -> pool.acquire(PATIENCE, () -> "-")).flatMap(Lease::release);
        fromR2dbcPool = Mono.defer(other::create).flatMap(connection -> Mono.from(connection.close()));
        end = pool.dispose().then(other.disposeLater());
    }

    private static NodePool pool(PostgresCluster server, Scheduler timer) {
        PoolConfig config = PoolConfig.builder().minSize(10).maxSize(10).build();
        NodeConfig node = DatabaseConfig.builder()
                .primary(server.url(server.primary()))
                .build()
                .nodes()
                .get(0);
        Encryption plain = new Encryption(node.tls(), node.name(), node.host(), timer);
        Opening opening = new Opening(
                (login, loops) ->
                        ConnectionFactories.create(node, plain, null, config.connectTimeout(), "benchmark", loops),
                plain,
                new Logins(null, timer),
                config.connectTimeout(),
                timer);
        return new NodePool(node, config, NO_LANES, opening, new Listeners(List.of()), timer);
    }

    @TearDown
    public void stop() {
        end.block(PATIENCE);
        if (cluster != null) {
            cluster.close();
        }
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public @Nullable Void nodePool() {
        return fromNodePool.repeat(TIMES - 1).blockLast(PATIENCE);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public @Nullable Void r2dbcPool() {
        return fromR2dbcPool.repeat(TIMES - 1).blockLast(PATIENCE);
    }
}
