package dev.evenkeel.topology;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All servers as the last probes saw them. Immutable, so that one call decides on one view.
 *
 * @param nodes in the order of the configuration
 * @param replicas those of them that are replicas of this cluster
 * @param primary the elected one; {@code null} when there is none
 * @param last the elected one, or the one that was it last; what replicas are compared with
 * @param lagging replicas that are further behind than configured
 * @param quarantined nodes that answer and must not be used, and why
 * @param generation rises when a node's role, the primary or one of the lists changes
 */
public record ClusterView(
        List<NodeState> nodes,
        List<NodeState> replicas,
        @Nullable NodeState primary,
        @Nullable NodeState last,
        Set<String> lagging,
        Set<Quarantined> quarantined,
        long generation) {

    /** A node that must not be used. */
    public record Quarantined(String node, String reason) {}

    public ClusterView {
        nodes = List.copyOf(nodes);
        replicas = List.copyOf(replicas);
        lagging = Set.copyOf(lagging);
        quarantined = Set.copyOf(quarantined);
    }

    public Optional<NodeState> electedPrimary() {
        return Optional.ofNullable(primary);
    }

    public boolean isPrimary(String node) {
        return primary != null && primary.name().equals(node);
    }

    public Optional<NodeState> node(String name) {
        for (NodeState node : nodes) {
            if (node.name().equals(name)) {
                return Optional.of(node);
            }
        }
        return Optional.empty();
    }

    /** A server that is no replica and refuses writes, if it is the only one that is no replica. */
    public Optional<NodeState> readOnlyPrimary() {
        List<NodeState> primaries = nodes.stream()
                .filter(node -> node.answers() && !node.isReplica() && !isQuarantined(node.name()))
                .toList();
        return primaries.size() == 1 ? Optional.of(primaries.get(0)) : Optional.empty();
    }

    public boolean isQuarantined(String node) {
        return !quarantined.isEmpty()
                && quarantined.stream().anyMatch(one -> one.node().equals(node));
    }

    public boolean isLagging(NodeState replica) {
        return lagging.contains(replica.name());
    }

    /** Log that a replica has not replayed yet; 0 without a primary to compare with. */
    public long lagBytes(NodeState replica) {
        return last == null || !replica.isReplica() ? 0 : replica.lsn().bytesUntil(last.lsn());
    }

    /** How old a replica's data may be; none when it has replayed everything. See {@link ReplayLag}. */
    public Duration lag(NodeState replica) {
        return last != null && lagBytes(replica) == 0 ? Duration.ZERO : replica.replayDelay();
    }
}
