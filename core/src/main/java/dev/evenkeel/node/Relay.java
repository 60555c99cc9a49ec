package dev.evenkeel.node;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One connection on its way from holder to holder. Thread-safe, as long as there is one holder at a time.
 *
 * <p>Whoever gets it may be done before he returns and hand it on from inside: then the one who has begun goes on with it, or a
 * long queue would pile up the stack. An error of a holder's that nobody has caught stops neither the others nor whoever had it before.
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
            Runnable mine = Objects.requireNonNull(next);
            next = null;
            try {
                mine.run();
            } catch (Throwable fatal) {
                Operators.onErrorDropped(fatal, Context.empty());
            }
        } while (hands.decrementAndGet() != 0);
    }
}
