package dev.evenkeel.stage;

import dev.evenkeel.error.Phase;
import dev.evenkeel.event.CallCompleted;
import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.route.Intent;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What has happened to one subscription so far: the steps write it, {@link Recording} reads it once. The steps run one
 * after the other, so plain volatile fields will do.
 */
final class Trace {

    private static final AtomicIntegerFieldUpdater<Trace> ENDED =
            AtomicIntegerFieldUpdater.newUpdater(Trace.class, "ended");
    private static final AtomicLong SEQUENCE = new AtomicLong();
    private static final String PROCESS = Long.toString(System.nanoTime() & 0xFFFFFF, 36);

    private final long id = SEQUENCE.incrementAndGet();
    private final long begunNanos = System.nanoTime();
    private volatile int ended;
    private volatile @Nullable String node;
    private volatile int attempts;
    private volatile long leaseWaitNanos;
    private volatile long heldNanos;
    private long rows;
    private volatile boolean effective;
    private @Nullable String requestId;

    /** Unique in this process, and most likely among all instances. */
    String requestId() {
        String known = requestId;
        if (known == null) {
            known = PROCESS + "-" + id;
            requestId = known;
        }
        return known;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one attempt at a time
    int nextAttempt() {
        return ++attempts;
    }

    /** Where the last attempt went. */
    @Nullable
    String node() {
        return node;
    }

    void routedTo(String name) {
        node = name;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one attempt at a time
    void waited(long nanos) {
        leaseWaitNanos += nanos;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one attempt at a time
    void held(long nanos) {
        heldNanos += nanos;
    }

    /** For how long it has held connections. */
    Duration held() {
        return Duration.ofNanos(heldNanos);
    }

    void row() {
        rows++;
    }

    /** Some of the work may have taken effect for good: the call must not be made again. */
    void mayHaveTakenEffect() {
        effective = true;
    }

    boolean isRepeatable() {
        return rows == 0 && !effective;
    }

    /** True for the first caller only: a cancel may meet a completion. */
    boolean end() {
        return ENDED.compareAndSet(this, 0, 1);
    }

    CallCompleted completed(Terms terms, Outcome outcome, @Nullable Throwable error) {
        return new CallCompleted(
                requestId(),
                terms.label(),
                terms.wish().intent() == Intent.WRITE,
                terms.phase() == Phase.IN_TRANSACTION,
                node,
                outcome,
                attempts,
                Duration.ofNanos(System.nanoTime() - begunNanos),
                Duration.ofNanos(leaseWaitNanos),
                Duration.ofNanos(heldNanos),
                rows,
                error);
    }
}
