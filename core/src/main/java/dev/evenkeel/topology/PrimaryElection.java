package dev.evenkeel.topology;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides who is the primary. Pure.
 *
 * <p>A promotion raises the timeline, so of several servers that call themselves primary the one with the highest is the
 * latest; one below the highest timeline ever seen was left behind and must not get a write. Two on the same highest
 * timeline cannot both be right, and nobody outside can tell which is: then there is none.
 *
 * <p>A cluster can honestly go back to an earlier timeline: an old leader that was only paused may take its lock back and
 * make the promoted node follow it. That is believed on evidence only: the node that led the later timeline is a replica now,
 * and on the timeline of the one that claims to be primary or told to follow it; or, if nobody was seen to lead it, all other
 * nodes are. That it is merely a replica says nothing: it may have stepped down for a while, or have crashed, and lead again
 * when the other is still a zombie.
 */
final class PrimaryElection {

    private PrimaryElection() {}

    static @Nullable NodeState elect(List<NodeState> nodes, Past past) {
        List<NodeState> claimants = nodes.stream()
                .filter(node -> node.isWritable() && past.isOurs(node) && !past.isAstray(node))
                .toList();
        if (claimants.stream().mapToLong(NodeState::systemId).distinct().count() > 1) {
            return null;
        }
        long latest = claimants.stream().mapToLong(NodeState::timeline).max().orElse(0);
        List<NodeState> elected =
                claimants.stream().filter(node -> node.timeline() == latest).toList();
        if (elected.size() != 1) {
            return null;
        }
        NodeState one = elected.get(0);
        return latest >= past.timeline() || isFollowed(nodes, past.leader(), one) ? one : null;
    }

    private static boolean isFollowed(List<NodeState> nodes, @Nullable String leader, NodeState claimant) {
        List<NodeState> witnesses = nodes.stream()
                .filter(node -> leader == null
                        ? !node.name().equals(claimant.name())
                        : node.name().equals(leader))
                .toList();
        return !witnesses.isEmpty() && witnesses.stream().allMatch(node -> node.follows(claimant));
    }
}
