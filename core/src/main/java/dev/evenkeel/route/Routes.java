package dev.evenkeel.route;

import dev.evenkeel.topology.ClusterView;
import dev.evenkeel.topology.Lsn;
import dev.evenkeel.topology.NodeState;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** Chooses the node for a call. Pure: the same arguments give the same node. */
public final class Routes {

    private Routes() {}

    /**
     * The least busy replica that is fresh enough, else the primary.
     *
     * @param required what a replica must have replayed for {@code READ_YOUR_WRITES}; empty when only the primary will do
     * @param load how busy a node is, by {@code host:port}
     * @param turn a different number for each call, so that equally busy replicas take turns
     * @return the name of the node; empty when there is none
     */
    public static Optional<String> choose(
            ClusterView view, Wish wish, Optional<Lsn> required, ToIntFunction<String> load, int turn) {
        if (wish.needsPrimary() || view.replicas().isEmpty()) {
            return primary(view, wish);
        }
        List<String> fresh = view.replicas().stream()
                .filter(replica -> freshEnough(view, replica, wish, required))
                .map(NodeState::name)
                .toList();
        return fresh.isEmpty() ? primary(view, wish) : Optional.of(leastBusy(fresh, load, turn));
    }

    /** A primary that refuses writes can still be read. */
    private static Optional<String> primary(ClusterView view, Wish wish) {
        return view.electedPrimary()
                .or(() -> wish.intent() == Intent.READ ? view.readOnlyPrimary() : Optional.empty())
                .map(NodeState::name);
    }

    private static String leastBusy(List<String> nodes, ToIntFunction<String> load, int turn) {
        int first = Math.floorMod(turn, nodes.size());
        String best = nodes.get(first);
        for (int i = 1; i < nodes.size(); i++) {
            String other = nodes.get((first + i) % nodes.size());
            best = load.applyAsInt(other) < load.applyAsInt(best) ? other : best;
        }
        return best;
    }

    private static boolean freshEnough(ClusterView view, NodeState replica, Wish wish, Optional<Lsn> required) {
        return switch (wish.consistency()) {
            case EVENTUAL -> true;
            case BOUNDED -> view.lag(replica).compareTo(wish.maxStaleness()) <= 0;
            case READ_YOUR_WRITES ->
                view.lag(replica).compareTo(wish.maxStaleness()) <= 0
                        && sameLog(view, replica)
                        && required.map(lsn -> replica.lsn().reaches(lsn)).orElse(false);
            case STRONG -> false;
        };
    }

    /** Positions of different timelines do not compare. */
    private static boolean sameLog(ClusterView view, NodeState replica) {
        return view.electedPrimary()
                .map(primary -> primary.timeline() == replica.timeline() && primary.systemId() == replica.systemId())
                .orElse(true);
    }
}
