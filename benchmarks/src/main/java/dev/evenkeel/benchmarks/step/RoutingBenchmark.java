package dev.evenkeel.benchmarks.step;

import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.ReadConsistency;
import dev.evenkeel.route.Intent;
import dev.evenkeel.route.Routes;
import dev.evenkeel.route.Wish;
import dev.evenkeel.topology.ClusterView;
import dev.evenkeel.topology.Lsn;
import dev.evenkeel.topology.NodeState;
import dev.evenkeel.topology.WriteHorizon;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The choice of a node. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class RoutingBenchmark {

    private static final Wish WRITE = wish(Intent.WRITE, ReadConsistency.STRONG);
    private static final Wish OWN_WRITES = wish(Intent.READ, ReadConsistency.READ_YOUR_WRITES);
    private static final Wish EVENTUAL = wish(Intent.READ, ReadConsistency.EVENTUAL);

    private final NodeState primary = node("a:5432", Role.PRIMARY);
    private final ClusterView single = new ClusterView(List.of(primary), primary);
    private final ClusterView replicated =
            new ClusterView(List.of(primary, node("b:5432", Role.REPLICA), node("c:5432", Role.REPLICA)), primary);
    private final Optional<Lsn> replayed = Optional.of(new Lsn(1_000));
    private final WriteHorizon horizon = new WriteHorizon();
    private int turn;

    private static Wish wish(Intent intent, ReadConsistency consistency) {
        return new Wish(intent, consistency, Duration.ofSeconds(10));
    }

    private static NodeState node(String name, Role role) {
        return new NodeState(name, role, false, 1, 1, new Lsn(1_000), new Lsn(1_000), Duration.ZERO, 0, null);
    }

    private Optional<String> choose(ClusterView view, Wish wish) {
        return Routes.choose(view, wish, replayed, String::length, turn++);
    }

    @Benchmark
    public Optional<String> write() {
        return choose(replicated, WRITE);
    }

    @Benchmark
    public Optional<String> readWithoutReplicas() {
        return choose(single, OWN_WRITES);
    }

    @Benchmark
    public Optional<String> readOfOwnWritesWithTwoReplicas() {
        return choose(replicated, OWN_WRITES);
    }

    @Benchmark
    public Optional<String> eventualReadWithTwoReplicas() {
        return choose(replicated, EVENTUAL);
    }

    @Benchmark
    public Optional<Lsn> askTheHorizon() {
        return horizon.required();
    }

    @Benchmark
    public void moveTheHorizon() {
        horizon.wrote(System.nanoTime());
    }
}
