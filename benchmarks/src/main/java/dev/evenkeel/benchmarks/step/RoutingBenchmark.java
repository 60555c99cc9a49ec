package dev.evenkeel.benchmarks.step;

import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.Lsn;
import dev.evenkeel.ReadConsistency;
import dev.evenkeel.ReadSession;
import dev.evenkeel.ReadSession.Need;
import dev.evenkeel.ReadToken;
import dev.evenkeel.route.Intent;
import dev.evenkeel.route.Routes;
import dev.evenkeel.route.Wish;
import dev.evenkeel.topology.ClusterView;
import dev.evenkeel.topology.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.openjdk.jmh.annotations.Benchmark;

/** The choice of a node. */
public class RoutingBenchmark extends StepBenchmark {

    private static final Wish WRITE = wish(Intent.WRITE, ReadConsistency.STRONG);
    private static final Wish OWN_WRITES = wish(Intent.READ, ReadConsistency.READ_YOUR_WRITES);
    private static final Wish EVENTUAL = wish(Intent.READ, ReadConsistency.EVENTUAL);

    private final NodeState primary = node("a:5432", Role.PRIMARY);
    private final ClusterView single = view(List.of());
    private final ClusterView replicated = view(List.of(node("b:5432", Role.REPLICA), node("c:5432", Role.REPLICA)));
    private final Need replayed = new Need(new ReadToken(1, 1, new Lsn(1_000)), null);
    private final ReadSession session = ReadSession.create();
    private int turn;

    private static Wish wish(Intent intent, ReadConsistency consistency) {
        return new Wish(intent, consistency, Duration.ofSeconds(10));
    }

    private static NodeState node(String name, Role role) {
        return new NodeState(
                name, null, role, false, 1, 1, 1, new Lsn(1_000), new Lsn(1_000), null, Duration.ZERO, 0, null);
    }

    private ClusterView view(List<NodeState> replicas) {
        List<NodeState> nodes = new ArrayList<>(replicas);
        nodes.add(primary);
        return new ClusterView(nodes, replicas, primary, primary, Set.of(), Set.of(), 1);
    }

    private Optional<String> choose(ClusterView view, Wish wish) {
        return Routes.choose(view, wish, replayed, String::length, turn++ & Integer.MAX_VALUE);
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
    public Need askTheSession() {
        return session.need((node, nanos) -> null);
    }

    @Benchmark
    public void tellTheSession() {
        session.wrote("a:5432", System.nanoTime());
    }
}
