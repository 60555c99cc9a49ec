package dev.evenkeel.route;

import dev.evenkeel.ReadSession.Need;
import dev.evenkeel.ReadToken;
import dev.evenkeel.topology.ClusterView;
import dev.evenkeel.topology.NodeState;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Chooses the node for a call. Pure: the same arguments give the same node. */
public final class Routes {

    private Routes() {}

    /**
     * A replica that is fresh enough, else the primary. Of several replicas two are drawn, and the one that costs less is
     * taken ("power of two choices"): callers that all took the cheapest would make it the dearest.
     *
     * @param need what a node must fulfil for {@code READ_YOUR_WRITES}
     * @param cost of one more call on a node, by {@code host:port}: slow and busy nodes cost more
     * @param draw a different number for each call, 0 or more
     * @return the name of the node; empty when there is none
     */
    public static Optional<String> choose(
            ClusterView view, Wish wish, Need need, ToDoubleFunction<String> cost, int draw) {
        if (wish.needsPrimary() || view.replicas().isEmpty()) {
            return primary(view, wish);
        }
        List<NodeState> fresh = view.replicas().stream()
                .filter(replica -> freshEnough(view, replica, wish, need))
                .toList();
        return fresh.isEmpty() ? primary(view, wish) : Optional.of(cheaperOfTwo(fresh, cost, draw));
    }

    /** Whether a node that was chosen on an earlier view may serve the call on this one, too. */
    public static boolean stillFits(ClusterView view, Wish wish, String node) {
        return wish.needsPrimary() ? primary(view, wish).filter(node::equals).isPresent() : !view.isQuarantined(node);
    }

    /** A primary that refuses writes can still be read. */
    private static Optional<String> primary(ClusterView view, Wish wish) {
        return view.electedPrimary()
                .or(() -> wish.intent() == Intent.READ ? view.readOnlyPrimary() : Optional.empty())
                .map(NodeState::name);
    }

    /** Neighbours are drawn in turn, so that with equal costs all serve alike. */
    private static String cheaperOfTwo(List<NodeState> nodes, ToDoubleFunction<String> cost, int draw) {
        int first = Math.floorMod(draw, nodes.size());
        int step = nodes.size() == 1 ? 0 : 1 + Math.floorMod(draw / nodes.size(), nodes.size() - 1);
        String one = nodes.get(first).name();
        String other = nodes.get((first + step) % nodes.size()).name();
        return cost.applyAsDouble(other) < cost.applyAsDouble(one) ? other : one;
    }

    private static boolean freshEnough(ClusterView view, NodeState replica, Wish wish, Need need) {
        return switch (wish.consistency()) {
            case EVENTUAL -> true;
            case BOUNDED -> view.lag(replica).compareTo(wish.maxStaleness()) <= 0;
            case READ_YOUR_WRITES ->
                (view.primary() == null || !view.isLagging(replica))
                        && (need.only() == null || need.only().equals(replica.name()))
                        && shows(view, replica, need.floor());
            case STRONG -> false;
        };
    }

    /** Positions of different timelines do not compare, and a replica of a primary that was left behind shows the wrong one. */
    private static boolean shows(ClusterView view, NodeState replica, @Nullable ReadToken floor) {
        boolean ofThisPrimary = view.electedPrimary()
                .map(primary -> primary.timeline() == replica.timeline())
                .orElse(true);
        boolean farEnough = floor == null
                || floor.systemId() != replica.systemId()
                || (floor.timeline() == replica.timeline() && replica.lsn().reaches(floor.lsn()));
        return ofThisPrimary && farEnough;
    }
}
