package dev.evenkeel;

import java.util.Map;

/**
 * What {@link ReactiveDatabaseManager#validatePool()} found.
 *
 * @param nodes by {@code host:port}
 */
public record PoolValidation(Map<String, Node> nodes) {

    public PoolValidation {
        nodes = Map.copyOf(nodes);
    }

    /** Whether every idle connection answered. */
    public boolean allGood() {
        return nodes.values().stream().allMatch(node -> node.replaced() == 0);
    }

    /**
     * One node's connections.
     *
     * @param good idle connections through which the server answered
     * @param replaced idle connections that were closed because it did not
     */
    public record Node(int good, int replaced) {}
}
