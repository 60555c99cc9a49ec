package dev.evenkeel.topology;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides who is the primary. Pure.
 *
 * <p>A promotion raises the timeline, so of several servers that call themselves primary the one with the highest is the
 * latest; one below the highest timeline ever seen was left behind and must not get a write. Two on the same highest
 * timeline cannot both be right, and nobody outside can tell which is: then there is none.
 */
final class PrimaryElection {

    private PrimaryElection() {}

    /** The {@code highestTimeline} is the highest one that was ever seen on this cluster. */
    static @Nullable NodeState elect(List<NodeState> nodes, long highestTimeline) {
        List<NodeState> candidates = nodes.stream()
                .filter(node -> node.isWritable() && node.timeline() >= highestTimeline)
                .toList();
        long latest = candidates.stream().mapToLong(NodeState::timeline).max().orElse(0);
        List<NodeState> elected =
                candidates.stream().filter(node -> node.timeline() == latest).toList();
        return elected.size() == 1 ? elected.get(0) : null;
    }
}
