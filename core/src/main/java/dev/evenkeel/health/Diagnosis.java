package dev.evenkeel.health;

import dev.evenkeel.DatabaseMetrics.Latency;
import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.HealthSnapshot.Check;
import dev.evenkeel.HealthSnapshot.Checks;
import dev.evenkeel.HealthSnapshot.Node;
import dev.evenkeel.HealthSnapshot.Performance;
import dev.evenkeel.HealthSnapshot.State;
import dev.evenkeel.HealthStatus;
import dev.evenkeel.PoolMetrics;
import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.node.NodePool;
import dev.evenkeel.topology.ClusterView;
import dev.evenkeel.topology.NodeState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Turns what the probes saw and the calls took into a {@link HealthSnapshot} with reasons and advice. */
final class Diagnosis {

    private final Map<String, NodePool> pools;
    private final CallStatistics statistics;
    private final MonitoringConfig config;

    Diagnosis(Map<String, NodePool> pools, CallStatistics statistics, MonitoringConfig config) {
        this.pools = Map.copyOf(pools);
        this.statistics = statistics;
        this.config = config;
    }

    HealthSnapshot of(ClusterView view, Check schema, Instant now) {
        List<Node> nodes =
                view.nodes().stream().map(node -> describe(view, node)).toList();
        Check connectivity = connectivity(view, nodes);
        Checks checks = new Checks(connectivity, schema, performance());
        return new HealthSnapshot(
                connectivity.status().worse(schema.status()), now, checks, nodes, advice(view, nodes));
    }

    private Node describe(ClusterView view, NodeState node) {
        NodePool pool = pools.get(node.name());
        PoolMetrics connections = pool == null ? PoolMetrics.EMPTY : pool.state();
        State state = state(view, node);
        return new Node(
                node.name(),
                node.role(),
                state,
                node.timeline(),
                view.lagBytes(node),
                view.lag(node),
                connections,
                reason(view, node, state));
    }

    private State state(ClusterView view, NodeState node) {
        if (!node.answers()) {
            return State.DOWN;
        }
        boolean good = node.isReplica()
                ? view.lag(node).compareTo(config.maxReplicaLag()) <= 0
                : view.electedPrimary()
                        .map(primary -> primary.name().equals(node.name()))
                        .orElse(false);
        return good ? State.UP : State.LIMITED;
    }

    private String reason(ClusterView view, NodeState node, State state) {
        return switch (state) {
            case UP -> node.isReplica() ? "replays %s bytes behind".formatted(view.lagBytes(node)) : "takes writes";
            case LIMITED ->
                node.isReplica()
                        ? "is %s behind, more than the configured %s".formatted(view.lag(node), config.maxReplicaLag())
                        : node.readOnly()
                                ? "calls itself primary but refuses writes"
                                : "calls itself primary but gets no writes: another one has, or may have, a later timeline";
            case DOWN ->
                node.problem() == null
                        ? "not probed yet"
                        : "does not answer: " + node.problem().getMessage();
        };
    }

    private static Check connectivity(ClusterView view, List<Node> nodes) {
        List<String> bad = nodes.stream()
                .filter(node -> node.state() != State.UP)
                .map(node -> node.name() + " " + node.reason())
                .toList();
        if (view.electedPrimary().isEmpty()) {
            return new Check(HealthStatus.UNHEALTHY, "no primary: " + String.join("; ", bad));
        }
        return bad.isEmpty()
                ? new Check(HealthStatus.HEALTHY, "all %d nodes answer".formatted(nodes.size()))
                : new Check(HealthStatus.DEGRADED, String.join("; ", bad));
    }

    private Performance performance() {
        Latency recent = statistics.recent();
        return new Performance(
                recent.mean(),
                recent.p50(),
                recent.p95(),
                recent.p99(),
                statistics.recentErrorRate(),
                CallStatistics.together(pools.values()));
    }

    private List<String> advice(ClusterView view, List<Node> nodes) {
        List<String> advice = new ArrayList<>();
        if (view.electedPrimary().isEmpty()) {
            advice.add("Bring a primary up or promote a replica: writes fail until then.");
        }
        String down = nodes.stream()
                .filter(node -> node.state() == State.DOWN)
                .map(Node::name)
                .collect(Collectors.joining(", "));
        if (!down.isEmpty()) {
            advice.add("Check the server and the network of " + down + ".");
        }
        for (Node node : nodes) {
            if (node.pool().waiting() > 0 && node.pool().active() >= node.pool().max()) {
                advice.add(
                        "All %d connections to %s are in use and %d calls wait: look for slow statements or long transactions."
                                .formatted(
                                        node.pool().max(),
                                        node.name(),
                                        node.pool().waiting()));
            }
        }
        for (NodePool pool : pools.values()) {
            if (pool.isSaturated()) {
                advice.add(
                        "%s takes no more connections: lower pool.maxSize of all instances together, or raise its max_connections."
                                .formatted(pool.name()));
            }
        }
        return advice;
    }
}
