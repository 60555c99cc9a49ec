package dev.evenkeel.node;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One connection on its way from holder to holder. Thread-safe, as long as there is one holder at a time.
 *
 * <p>Whoever gets it may be done before he returns and hand it on from inside: then the one who has begun goes on with it, or a
 * long queue would pile up the stack.
 */
final class Relay {

    private final AtomicInteger hands = new AtomicInteger();
    private volatile @Nullable Runnable next;

    /** Does it now, or when the one before has returned. */
    void hand(Runnable over) {
        next = over;
        if (hands.getAndIncrement() != 0) {
            return;
        }
        do {
            Objects.requireNonNull(next).run();
        } while (hands.decrementAndGet() != 0);
    }
}
