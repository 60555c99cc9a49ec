package dev.evenkeel.stage;

import dev.evenkeel.topology.ClusterView;
import dev.evenkeel.topology.NodeState;

/**
 * A node that suits a call, by one view of the cluster.
 *
 * @param started when the server began whose data made it suit; another one under the same name may have older data
 */
record Chosen(String name, long started) {

    static Chosen in(ClusterView view, String name) {
        NodeState known = view.node(name).orElse(null);
        return new Chosen(name, known == null ? 0 : known.started());
    }
}
