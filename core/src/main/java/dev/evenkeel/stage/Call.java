package dev.evenkeel.stage;

import dev.evenkeel.Deadline;
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
 * @param deadline when it must have ended
 * @param pool the node that {@code Routing} chose
 * @param lease the connection that {@code Leasing} took
 */
record Call<T>(
        Terms terms,
        Work<T> work,
        Trace trace,
        Deadline deadline,
        @Nullable NodePool pool,
        @Nullable Lease lease) {

    Call<T> within(Deadline earlier) {
        return new Call<>(terms, work, trace, earlier, pool, lease);
    }

    Call<T> at(NodePool chosen) {
        return new Call<>(terms, work, trace, deadline, chosen, lease);
    }

    Call<T> holding(Lease taken) {
        return new Call<>(terms, work, trace, deadline, pool, taken);
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
