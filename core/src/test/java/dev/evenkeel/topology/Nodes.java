package dev.evenkeel.topology;

import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.Lsn;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Nodes as a probe could have seen them. */
public final class Nodes {

    private Nodes() {}

    public static NodeState primary(String name, long timeline, long lsn) {
        return new NodeState(
                name,
                null,
                Role.PRIMARY,
                false,
                7,
                timeline,
                1,
                new Lsn(lsn),
                new Lsn(lsn),
                null,
                Duration.ZERO,
                0,
                null);
    }

    public static NodeState readOnlyPrimary(String name, long timeline) {
        return new NodeState(
                name, null, Role.PRIMARY, true, 7, timeline, 1, Lsn.ZERO, Lsn.ZERO, null, Duration.ZERO, 0, null);
    }

    public static NodeState replica(String name, long timeline, long lsn) {
        return replica(name, timeline, lsn, Duration.ZERO);
    }

    public static NodeState replica(String name, long timeline, long lsn, Duration delay) {
        return new NodeState(
                name, null, Role.REPLICA, false, 7, timeline, 1, new Lsn(lsn), new Lsn(lsn), null, delay, 0, null);
    }

    /** A replica that was told whom to follow, and cannot: its timeline is another one. */
    static NodeState replicaToldToFollow(String upstream, String name, long timeline) {
        return new NodeState(
                name, null, Role.REPLICA, false, 7, timeline, 1, Lsn.ZERO, Lsn.ZERO, upstream, Duration.ZERO, 0, null);
    }

    public static NodeState silent(String name) {
        return NodeState.unknown(name).silent(new IOException("gone"));
    }

    public static ClusterView view(NodeState... nodes) {
        ClusterHistory history = new ClusterHistory(List.of(nodes), Duration.ofSeconds(10));
        history.look(List.of(nodes), 0);
        return history.view();
    }
}
