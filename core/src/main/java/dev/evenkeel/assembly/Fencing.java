package dev.evenkeel.assembly;

import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.TopologyEvent;
import dev.evenkeel.node.NodePool;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a change of the topology means for the connections. Whoever is not the primary any more loses all of them at once: a
 * call that still runs there could only be told late, or be applied where nobody will look. A node that does not answer loses
 * its reads, which are made again elsewhere; its writes wait, because it may only be slow. One that only refuses writes keeps
 * what runs, and one that was replaced by another server keeps what leads to that.
 */
record Fencing(Map<String, NodePool> pools) implements DatabaseListener {

    @Override
    public void onTopologyChanged(TopologyEvent event) {
        if (event instanceof TopologyEvent.NodeUp up) {
            with(up.node(), NodePool::encourage);
        } else if (event instanceof TopologyEvent.PrimaryElected elected
                && !elected.node().equals(elected.previous())) {
            with(elected.previous(), pool -> pool.giveUp(true));
        } else if (event instanceof TopologyEvent.NodeQuarantined kept) {
            with(kept.node(), pool -> pool.giveUp(true));
        } else if (event instanceof TopologyEvent.NodeDown down) {
            with(down.node(), pool -> pool.giveUp(false));
        } else if (event instanceof TopologyEvent.NodeReplaced replaced) {
            with(replaced.node(), pool -> pool.leadsTo(replaced.started()));
        } else if (event instanceof TopologyEvent.PrimaryLost lost) {
            with(lost.node(), NodePool::retire);
        }
    }

    private void with(@Nullable String node, Consumer<NodePool> measure) {
        NodePool pool = node == null ? null : pools.get(node);
        if (pool != null) {
            measure.accept(pool);
        }
    }
}
