package dev.evenkeel.topology;

import dev.evenkeel.event.TopologyEvent;
import dev.evenkeel.topology.ClusterView.Quarantined;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a view of each look at the servers, and events of what is different from the view before. Not thread-safe. */
final class ClusterHistory {

    private final Duration maxLag;
    private final ReplayLag replayLag;
    private final Map<String, Long> lagChanges = new HashMap<>();
    private Past past = Past.UNKNOWN;
    private ClusterView view;
    private long lostNanos;

    ClusterHistory(List<NodeState> nodes, Duration maxLag) {
        this.maxLag = maxLag;
        this.replayLag = new ReplayLag(maxLag);
        this.view = new ClusterView(nodes, List.of(), null, null, Set.of(), Set.of(), 0);
    }

    ClusterView view() {
        return view;
    }

    /** An operator says that this node's timeline is the right one, though a later one was seen. */
    void accept(NodeState primary) {
        past = past.ledBy(primary, view.nodes());
    }

    /** The view changes to these nodes; what that means is returned. */
    List<TopologyEvent> look(List<NodeState> answers, long nowNanos) {
        Past before = past;
        for (NodeState node : answers) {
            past = past.with(node);
        }
        NodeState primary = PrimaryElection.elect(answers, past);
        List<TopologyEvent> events = new ArrayList<>();
        if (primary != null) {
            if (primary.timeline() < past.timeline()) {
                events.add(wentBack(primary));
            }
            past = past.ledBy(primary, answers);
            replayLag.remember(primary);
        }
        ClusterView old = view;
        NodeState last = primary != null ? primary : old.last();
        List<NodeState> nodes = replayLag.measured(answers, last);
        List<NodeState> replicas = nodes.stream()
                .filter(node -> node.isReplica() && past.isOurs(node) && !past.isAstray(node))
                .toList();
        ClusterView bare = new ClusterView(
                nodes, replicas, primary, last, Set.of(), quarantined(nodes, primary), old.generation());
        view = withLagging(bare, old.lagging(), nowNanos, events);
        compareNodes(old, events);
        comparePrimary(old, events, nowNanos);
        if (!events.isEmpty() || !Objects.equals(before, past)) {
            view = generation(view, old.generation() + 1);
        }
        return events;
    }

    private TopologyEvent wentBack(NodeState primary) {
        return new TopologyEvent.TimelineWentBack(
                primary.name(),
                past.timeline(),
                primary.timeline(),
                past.leader() == null
                        ? "all other nodes follow it now"
                        : "%s, which led timeline %d, follows it now".formatted(past.leader(), past.timeline()));
    }

    private Set<Quarantined> quarantined(List<NodeState> nodes, @Nullable NodeState primary) {
        Set<Quarantined> all = new HashSet<>();
        for (NodeState node : nodes) {
            if (node.answers() && !past.isOurs(node)) {
                all.add(new Quarantined(
                        node.name(),
                        "belongs to another cluster: its system identifier is %d, not %d"
                                .formatted(node.systemId(), past.systemId())));
            } else if (node.answers() && past.isAstray(node)) {
                all.add(new Quarantined(
                        node.name(), "is on timeline %d, which was given up".formatted(node.timeline())));
            } else if (node.isWritable() && !node.equals(primary)) {
                all.add(new Quarantined(node.name(), leftBehind(node)));
            }
        }
        return all;
    }

    private String leftBehind(NodeState node) {
        return node.timeline() < past.timeline()
                ? "calls itself primary on timeline %d, but timeline %d has begun"
                        .formatted(node.timeline(), past.timeline())
                : "calls itself primary on timeline %d, and so does another node".formatted(node.timeline());
    }

    /** Whoever is out comes back at half of the bound, and neither way twice within the bound, so that nobody flaps. */
    private ClusterView withLagging(ClusterView now, Set<String> before, long nowNanos, List<TopologyEvent> events) {
        Set<String> lagging = new HashSet<>();
        for (NodeState replica : now.replicas()) {
            Duration lag = now.lag(replica);
            boolean was = before.contains(replica.name());
            boolean is = lag.compareTo(was ? maxLag.dividedBy(2) : maxLag) > 0;
            Long changed = lagChanges.get(replica.name());
            if (is != was && (changed == null || nowNanos - changed >= maxLag.toNanos())) {
                lagChanges.put(replica.name(), nowNanos);
                events.add(
                        is
                                ? new TopologyEvent.ReplicaLagging(replica.name(), lag, now.lagBytes(replica))
                                : new TopologyEvent.ReplicaCaughtUp(replica.name(), lag));
                was = is;
            }
            if (was) {
                lagging.add(replica.name());
            }
        }
        return new ClusterView(
                now.nodes(), now.replicas(), now.primary(), now.last(), lagging, now.quarantined(), now.generation());
    }

    private void compareNodes(ClusterView old, List<TopologyEvent> events) {
        for (NodeState node : view.nodes()) {
            NodeState then = old.node(node.name()).orElse(node);
            if (then.isReplacedBy(node)) {
                events.add(new TopologyEvent.NodeReplaced(node.name(), node.started()));
            }
            if (node.answers() && (!then.answers() || then.role() != node.role())) {
                events.add(
                        new TopologyEvent.NodeUp(node.name(), node.role().name().toLowerCase(Locale.ROOT)));
            } else if (!node.answers() && (then.answers() || (then.problem() == null && node.problem() != null))) {
                events.add(new TopologyEvent.NodeDown(node.name(), reason(node)));
            }
        }
        for (Quarantined one : view.quarantined()) {
            if (!old.quarantined().contains(one)) {
                events.add(new TopologyEvent.NodeQuarantined(one.node(), one.reason()));
            }
        }
    }

    private void comparePrimary(ClusterView old, List<TopologyEvent> events, long nowNanos) {
        NodeState then = old.primary();
        NodeState now = view.primary();
        if (then != null && now == null) {
            lostNanos = nowNanos;
            NodeState seen = view.node(then.name()).orElse(then);
            events.add(new TopologyEvent.PrimaryLost(
                    then.name(), seen.answers() ? "it does not take writes any more" : reason(seen)));
        } else if (now != null
                && (then == null || !then.name().equals(now.name()) || then.timeline() != now.timeline())) {
            NodeState previous = old.last();
            events.add(new TopologyEvent.PrimaryElected(
                    now.name(),
                    previous == null ? null : previous.name(),
                    now.timeline(),
                    then == null && previous != null ? Duration.ofNanos(nowNanos - lostNanos) : Duration.ZERO));
        }
    }

    private static String reason(NodeState node) {
        Throwable problem = node.problem();
        return problem == null ? "not probed yet" : String.valueOf(problem.getMessage());
    }

    private static ClusterView generation(ClusterView view, long generation) {
        return new ClusterView(
                view.nodes(),
                view.replicas(),
                view.primary(),
                view.last(),
                view.lagging(),
                view.quarantined(),
                generation);
    }
}
