package dev.evenkeel.topology;

import dev.evenkeel.Lsn;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How old the data of replicas may be. Not thread-safe.
 *
 * <p>A server only says how long ago the last transaction was that it has replayed. On a cluster that was idle, or that writes one
 * long transaction, that is long ago with the first byte that is on its way, and nobody is behind. So it is remembered where the
 * primary was and when: a replica that is at one of these places has all that was committed by then. The smaller of both bounds
 * holds.
 */
final class ReplayLag {

    /** With {@link #FINENESS} twice as long as the bound on lag, or longer. */
    private static final int MARKS = 256;

    private static final int FINENESS = 128;

    private final long pause;
    private final ArrayDeque<Mark> marks = new ArrayDeque<>(MARKS);

    /** Where the primary was at a moment, or after it. */
    private record Mark(long nanos, long systemId, long timeline, Lsn lsn) {

        boolean isReachedBy(NodeState replica) {
            return replica.systemId() == systemId
                    && replica.timeline() >= timeline
                    && replica.lsn().reaches(lsn);
        }
    }

    ReplayLag(Duration maxLag) {
        this.pause = maxLag.toNanos() / FINENESS;
    }

    void remember(NodeState primary) {
        Mark newest = marks.peekLast();
        if (newest != null && (primary.systemId() != newest.systemId() || primary.timeline() < newest.timeline())) {
            marks.clear();
        } else if (newest != null && primary.sampledNanos() - newest.nanos() <= pause) {
            return;
        }
        if (marks.size() == MARKS) {
            marks.removeFirst();
        }
        marks.addLast(new Mark(primary.sampledNanos(), primary.systemId(), primary.timeline(), primary.lsn()));
    }

    /** The same nodes, the replicas with the smaller bound; {@code last} is the primary, or who was it last. */
    List<NodeState> measured(List<NodeState> nodes, @Nullable NodeState last) {
        return last == null
                ? nodes
                : nodes.stream()
                        .map(node -> node.isReplica() ? measured(node, last) : node)
                        .toList();
    }

    private NodeState measured(NodeState replica, NodeState last) {
        for (Iterator<Mark> newestFirst = marks.descendingIterator(); newestFirst.hasNext(); ) {
            Mark mark = newestFirst.next();
            if (mark.isReachedBy(replica)) {
                Duration since = since(mark, last, replica);
                return since.compareTo(replica.replayDelay()) < 0 ? replica.withReplayDelay(since) : replica;
            }
        }
        return replica;
    }

    /** Until the last of both answers: a primary that is silent does not keep the replica young. */
    private static Duration since(Mark mark, NodeState last, NodeState replica) {
        long age = Math.max(last.sampledNanos() - mark.nanos(), replica.sampledNanos() - mark.nanos());
        return Duration.ofNanos(Math.max(0, age));
    }
}
