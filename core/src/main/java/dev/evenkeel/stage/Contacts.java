package dev.evenkeel.stage;

import dev.evenkeel.ReadConsistency;
import dev.evenkeel.ReadSession;
import dev.evenkeel.ReadSession.Need;
import dev.evenkeel.error.Phase;
import dev.evenkeel.node.Lease;
import dev.evenkeel.route.Intent;
import dev.evenkeel.route.Wish;
import dev.evenkeel.topology.Topology;
import org.jspecify.annotations.Nullable;

/**
 * Remembers for the sessions what their calls have written and seen, and tells what their next read needs. Every write
 * counts for all sessions-less callers, too.
 */
public final class Contacts {

    private final ReadSession allWrites = ReadSession.ofWrites();
    private final Topology topology;

    public Contacts(Topology topology) {
        this.topology = topology;
    }

    /** What a node must fulfil to serve the call. */
    Need need(Call<?> call) {
        Wish wish = call.terms().wish();
        return wish.intent() == Intent.READ && wish.consistency() == ReadConsistency.READ_YOUR_WRITES
                ? of(call).need(topology.positions())
                : Need.NOTHING;
    }

    /** The same for whoever wants to carry it elsewhere. */
    public Need need(@Nullable ReadSession session) {
        return (session == null ? allWrites : session).need(topology.positions());
    }

    private ReadSession of(Call<?> call) {
        ReadSession session = call.session();
        return session == null ? allWrites : session;
    }

    /** The call has ended on this node, well or not. */
    void ended(Call<?> call, String node) {
        Wish wish = call.terms().wish();
        ReadSession session = call.session();
        if (wish.intent() == Intent.WRITE) {
            wrote(session, node);
        } else if (session != null && isOrdered(wish.consistency())) {
            session.read(node, System.nanoTime());
        }
    }

    private void wrote(@Nullable ReadSession session, String node) {
        long now = System.nanoTime();
        allWrites.wrote(node, now);
        if (session != null) {
            session.wrote(node, now);
        }
    }

    /** Who asks for less has asked for reads that may go back in time. */
    private static boolean isOrdered(ReadConsistency consistency) {
        return consistency == ReadConsistency.READ_YOUR_WRITES || consistency == ReadConsistency.STRONG;
    }

    /**
     * Until the connection is back, its writes are acknowledged without our seeing it; those of a transaction count from its
     * return on.
     */
    void lent(Call<?> call, Lease lease) {
        ReadSession session = call.session();
        if (call.terms().phase() == Phase.IN_TRANSACTION) {
            lease.onEnd(() -> wrote(session, lease.node()));
            return;
        }
        if (call.terms().phase() != Phase.AUTOCOMMIT) {
            return;
        }
        allWrites.held();
        if (session != null) {
            session.held();
        }
        lease.onEnd(() -> {
            long now = System.nanoTime();
            allWrites.released(lease.node(), now);
            if (session != null) {
                session.released(lease.node(), now);
            }
        });
    }
}
