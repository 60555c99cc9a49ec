package dev.evenkeel.benchmarks.step;

import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.benchmarks.peer.EvenkeelPeer;
import dev.evenkeel.benchmarks.peer.R2dbcPoolPeer;
import dev.evenkeel.benchmarks.peer.Server;
import dev.evenkeel.testkit.ClusterSpec;
import dev.evenkeel.testkit.PostgresCluster;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import reactor.core.publisher.Mono;

/**
 * The whole road without a statement: every step runs, a connection is leased and given back, and the server hears nothing.
 * Needs a server all the same, since the steps cannot be reached without a pool. Calls follow each other on the event loop, so
 * that the hop of the benchmark's own thread is spread over many of them.
 */
public class EmptyCallBenchmark extends StepBenchmark {

    private static final int CALLS = 1_000;

    private @Nullable PostgresCluster cluster;
    private Mono<Integer> throughEvenkeel = Mono.empty();
    private Mono<Integer> throughR2dbcPool = Mono.empty();
    private Mono<Void> end = Mono.empty();

    @Setup
    public void start() {
        PostgresCluster server = PostgresCluster.start(ClusterSpec.single());
        ReactiveDatabaseManager db = EvenkeelPeer.database(Server.of(server));
        ConnectionPool pool = R2dbcPoolPeer.pool(Server.of(server));
        cluster = server;
        throughEvenkeel = Mono.defer(() -> db.withConnection(ConnectionOptions.read(), connection -> Mono.just(1)));
        throughR2dbcPool =
                Mono.defer(() -> Mono.usingWhen(pool.create(), connection -> Mono.just(1), Connection::close));
        end = db.shutdown().then(pool.disposeLater());
    }

    @TearDown
    public void stop() {
        end.block();
        if (cluster != null) {
            cluster.close();
        }
    }

    @Benchmark
    @OperationsPerInvocation(CALLS)
    public @Nullable Integer evenkeel() {
        return throughEvenkeel.repeat(CALLS - 1).blockLast();
    }

    @Benchmark
    @OperationsPerInvocation(CALLS)
    public @Nullable Integer r2dbcPool() {
        return throughR2dbcPool.repeat(CALLS - 1).blockLast();
    }
}
