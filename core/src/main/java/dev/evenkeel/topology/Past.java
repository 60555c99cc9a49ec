package dev.evenkeel.topology;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What no single look at the servers shows. Immutable.
 *
 * @param systemId of this cluster; 0 until a primary was seen
 * @param timeline the highest that any node of it was on
 * @param leader who was primary on that timeline; {@code null} while that is hearsay of replicas
 * @param givenUp later timelines that the cluster has gone back from
 */
record Past(long systemId, long timeline, @Nullable String leader, GivenUp givenUp) {

    static final Past UNKNOWN = new Past(0, 0, null, GivenUp.NOTHING);

    boolean isOurs(NodeState node) {
        return systemId == 0 || node.systemId() == systemId;
    }

    /** Whether it is a node of this cluster that is on a timeline that was given up. */
    boolean isAstray(NodeState node) {
        return isOurs(node) && givenUp.isAstray(node);
    }

    /** After a look at one node. */
    Past with(NodeState node) {
        if (!node.answers() || !isOurs(node) || givenUp.isAstray(node)) {
            return this;
        }
        GivenUp left = givenUp.with(node);
        boolean leads = node.isWritable();
        if (node.timeline() > timeline) {
            return new Past(systemId, node.timeline(), leads ? node.name() : null, left);
        }
        boolean first = leads && leader == null && node.timeline() == timeline;
        return new Past(systemId, timeline, first ? node.name() : leader, left);
    }

    /** After a node was found to be the primary, in this look at the nodes. */
    Past ledBy(NodeState primary, List<NodeState> nodes) {
        GivenUp now = primary.timeline() < timeline ? givenUp.andBack(primary, timeline, nodes) : givenUp;
        return new Past(primary.systemId(), primary.timeline(), primary.name(), now);
    }
}
