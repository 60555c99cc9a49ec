package dev.evenkeel.topology;

import dev.evenkeel.HealthSnapshot.Role;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Nodes as a probe could have seen them. */
public final class Nodes {

    private Nodes() {}

    public static NodeState primary(String name, long timeline, long lsn) {
        return new NodeState(
                name, Role.PRIMARY, false, 7, timeline, new Lsn(lsn), new Lsn(lsn), Duration.ZERO, 0, null);
    }

    public static NodeState readOnlyPrimary(String name, long timeline) {
        return new NodeState(name, Role.PRIMARY, true, 7, timeline, Lsn.ZERO, Lsn.ZERO, Duration.ZERO, 0, null);
    }

    public static NodeState replica(String name, long timeline, long lsn) {
        return replica(name, timeline, lsn, Duration.ZERO);
    }

    public static NodeState replica(String name, long timeline, long lsn, Duration delay) {
        return new NodeState(name, Role.REPLICA, false, 7, timeline, new Lsn(lsn), new Lsn(lsn), delay, 0, null);
    }

    public static NodeState silent(String name) {
        return NodeState.unknown(name).silent(new IOException("gone"));
    }

    public static ClusterView view(NodeState... nodes) {
        List<NodeState> all = List.of(nodes);
        return new ClusterView(all, PrimaryElection.elect(all, 0));
    }
}
