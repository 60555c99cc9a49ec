package dev.evenkeel.topology;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All servers as the last probes saw them. Immutable, so that one call decides on one view.
 *
 * @param nodes in the order of the configuration
 * @param replicas those of them that are replicas
 * @param primary the elected one; {@code null} when there is none
 */
public record ClusterView(
        List<NodeState> nodes,
        List<NodeState> replicas,
        @Nullable NodeState primary) {

    public ClusterView(List<NodeState> nodes, @Nullable NodeState primary) {
        this(List.copyOf(nodes), nodes.stream().filter(NodeState::isReplica).toList(), primary);
    }

    public Optional<NodeState> electedPrimary() {
        return Optional.ofNullable(primary);
    }

    /** A server that is no replica and refuses writes, if it is the only one that is no replica. */
    public Optional<NodeState> readOnlyPrimary() {
        List<NodeState> primaries = nodes.stream()
                .filter(node -> node.answers() && !node.isReplica())
                .toList();
        return primaries.size() == 1 ? Optional.of(primaries.get(0)) : Optional.empty();
    }

    /** Log that a replica has not replayed yet; 0 without a primary to compare with. */
    public long lagBytes(NodeState replica) {
        return primary == null || !replica.isReplica() ? 0 : replica.lsn().bytesUntil(primary.lsn());
    }

    /**
     * How old a replica's data may be. The age of its last transaction alone would grow on an idle cluster, so a replica
     * that has replayed everything has no lag.
     */
    public Duration lag(NodeState replica) {
        return primary != null && lagBytes(replica) == 0 ? Duration.ZERO : replica.replayDelay();
    }
}
