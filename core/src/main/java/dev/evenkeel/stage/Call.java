package dev.evenkeel.stage;

import dev.evenkeel.Deadline;
import dev.evenkeel.ReadSession;
import dev.evenkeel.node.Lease;
import dev.evenkeel.node.NodePool;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One subscription on its way down the {@link Pipeline}. Immutable but for its {@link Trace}; a step
 * hands on a copy that knows more.
 *
 * @param terms what the caller asked for
 * @param work what to do with the connection
 * @param single whether it has one result at most, which its caller gets when all has ended well
 * @param deadline when it must have ended
 * @param session for whom it is made; {@code null} when that is not known
 * @param pool the node that {@code Routing} chose
 * @param server when the server began that it was chosen for
 * @param guest whether that node is the primary, and the call a read that a replica would serve if there were one for it
 * @param lease the connection that {@code Leasing} took
 */
record Call<T>(
        Terms terms,
        Work<T> work,
        boolean single,
        Trace trace,
        Deadline deadline,
        @Nullable ReadSession session,
        @Nullable NodePool pool,
        long server,
        boolean guest,
        @Nullable Lease lease) {

    Call<T> at(NodePool chosen, long started, boolean asGuest) {
        return new Call<>(terms, work, single, trace, deadline, session, chosen, started, asGuest, lease);
    }

    Call<T> holding(Lease taken) {
        return new Call<>(terms, work, single, trace, deadline, session, pool, server, guest, taken);
    }

    /** The chosen node; only below {@code Routing}. */
    NodePool node() {
        return Objects.requireNonNull(pool, "not routed yet");
    }

    /** The connection; only below {@code Leasing}. */
    Lease connection() {
        return Objects.requireNonNull(lease, "not leased yet");
    }
}
