package dev.evenkeel.topology;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Timelines that the cluster has gone back from. A node that was on one of them, or may have been, is astray until it is seen
 * elsewhere, and its word does not count meanwhile: a replica that still follows the former leader would else make the later
 * timeline the right one again. Numbers come again, so it is the nodes that are remembered: the next promotion may well
 * begin a timeline of the same number, on a node that has come back before. Immutable.
 *
 * @param after the timeline that the cluster went back to
 * @param upTo the latest that it went back from
 * @param astray nodes that were not seen on any other timeline since
 */
record GivenUp(long after, long upTo, Set<String> astray) {

    static final GivenUp NOTHING = new GivenUp(0, 0, Set.of());

    GivenUp {
        astray = Set.copyOf(astray);
    }

    /** The cluster goes back to this primary's timeline. */
    GivenUp andBack(NodeState primary, long from, List<NodeState> nodes) {
        Set<String> names = new HashSet<>();
        nodes.stream()
                .filter(node -> !node.answers() || node.timeline() > primary.timeline())
                .forEach(node -> names.add(node.name()));
        return new GivenUp(primary.timeline(), Math.max(from, upTo), names);
    }

    boolean isAstray(NodeState node) {
        return astray.contains(node.name()) && node.timeline() > after && node.timeline() <= upTo;
    }

    /** After a look at one node. */
    GivenUp with(NodeState node) {
        if (!astray.contains(node.name()) || !node.answers() || isAstray(node)) {
            return this;
        }
        Set<String> left = new HashSet<>(astray);
        left.remove(node.name());
        return new GivenUp(after, upTo, left);
    }
}
