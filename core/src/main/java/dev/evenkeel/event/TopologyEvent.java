package dev.evenkeel.event;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something about the servers has changed. Nodes are named {@code host:port}. Immutable. */
public sealed interface TopologyEvent {

    /** The node that it is about, as {@code host:port}. */
    String node();

    /** Nobody can take writes any more; calls that write wait for the next primary. */
    record PrimaryLost(String node, String reason) implements TopologyEvent {}

    /**
     * From now on this node gets the writes.
     *
     * @param previous who had them before; {@code null} for the first one
     * @param timeline rises with each promotion
     * @param outage how long there was none; zero after a change without a gap
     */
    record PrimaryElected(String node, @Nullable String previous, long timeline, Duration outage)
            implements TopologyEvent {}

    /** A node calls itself primary, or belongs to another cluster, and gets nothing. */
    record NodeQuarantined(String node, String reason) implements TopologyEvent {}

    /** A node does not answer. */
    record NodeDown(String node, String reason) implements TopologyEvent {}

    /** A node answers, for the first time or again. */
    record NodeUp(String node, String role) implements TopologyEvent {}

    /**
     * Another server answers under this name: the one of before was restarted or rebuilt, or the name leads elsewhere.
     *
     * @param started when it began, by its own clock, in microseconds since 1970
     */
    record NodeReplaced(String node, long started) implements TopologyEvent {}

    /** A replica is further behind than configured; it serves only reads that allow for it. */
    record ReplicaLagging(String node, Duration lag, long lagBytes) implements TopologyEvent {}

    /** A replica that was too far behind has come to half of the bound. */
    record ReplicaCaughtUp(String node, Duration lag) implements TopologyEvent {}

    /**
     * A failover has lost writes that were acknowledged to this client.
     *
     * @param fork how far the new primary had replayed the old timeline, as PostgreSQL writes it
     * @param lost they left a marker (see {@code exactlyOnce}), and the new primary does not have it
     * @param possiblyLost they left none, and were acknowledged after the last moment that is known to be safe
     */
    record CommitsLost(String node, long timeline, String fork, List<LostCommit> lost, List<LostCommit> possiblyLost)
            implements TopologyEvent {

        public CommitsLost {
            lost = List.copyOf(lost);
            possiblyLost = List.copyOf(possiblyLost);
        }
    }

    /** A call whose writes are not there any more; its request id is that of its {@link CallCompleted}. */
    record LostCommit(String requestId, String label, Instant acknowledged) {}

    /**
     * The cluster has gone back to an earlier timeline: what was written on the later one is not there any more.
     *
     * @param from the later timeline
     * @param to that of the primary now
     * @param evidence why this was believed
     */
    record TimelineWentBack(String node, long from, long to, String evidence) implements TopologyEvent {}
}
