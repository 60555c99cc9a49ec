package dev.evenkeel.node;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A holder of a connection who waits for a further one, inside calls that hold connections, too: when all connections of a pool are
 * held by such, none would ever come. Thread-safe.
 */
public final class NestedWait {

    private final NodePool pool;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile @Nullable NestedWait outer;

    /** For who holds a connection of this pool. */
    NestedWait(NodePool pool) {
        this.pool = pool;
    }

    /** The connection was taken inside a call that holds another one and keeps it until this one is given back. */
    public void inside(NestedWait holding) {
        outer = holding;
    }

    /**
     * The holder now waits for a further connection of a pool, and so does whoever holds a connection around it.
     *
     * @return false when every connection of the pool is held by somebody who waits like this, so that none would come
     */
    public boolean begin(NodePool other) {
        boolean mayCome = true;
        for (NestedWait held = this; held != null; held = held.outer) {
            if (held.pool == other && held.waiting.getAndIncrement() == 0) {
                mayCome &= other.holderBeginsToWait();
            }
        }
        return mayCome;
    }

    public void end(NodePool other) {
        for (NestedWait held = this; held != null; held = held.outer) {
            if (held.pool == other && held.waiting.decrementAndGet() == 0) {
                other.holderEndsToWait();
            }
        }
    }
}
