package dev.evenkeel.lane;

import dev.evenkeel.event.CallCompleted.Outcome;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.concurrent.Queues;

/**
 * Hands to one caller what it has asked for, and keeps the rest for it. One thread delivers, any may ask or cancel.
 *
 * <p>How this works: whoever raises {@code work} from zero delivers until it is zero again, so that signals never overlap, and what
 * others did meanwhile is seen. A caller who takes everything gets each row where it arrives, with no such care: as long as nothing
 * was ever kept there is nothing that anybody else could deliver, and the end is told behind the last row.
 */
final class Delivery<T> implements Subscription {

    /** So many rows are kept for a caller who does not take them; then the lane stops reading. */
    private static final int MOST_KEPT = 256;

    private static final AtomicIntegerFieldUpdater<Delivery<?>> WORK = work();
    private static final AtomicLongFieldUpdater<Delivery<?>> REQUESTED = requested();

    private final CoreSubscriber<? super T> caller;
    private final Lane lane;
    private final @Nullable LaneWatch watch;
    private volatile int work;
    private volatile long requested;
    private volatile boolean cancelled;
    private volatile boolean ended;
    private @Nullable Throwable error;
    private volatile @Nullable Queue<T> kept;
    private volatile boolean full;
    private boolean told;

    Delivery(CoreSubscriber<? super T> caller, Lane lane, @Nullable LaneWatch watch) {
        this.caller = caller;
        this.lane = lane;
        this.watch = watch;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static AtomicIntegerFieldUpdater<Delivery<?>> work() {
        return (AtomicIntegerFieldUpdater) AtomicIntegerFieldUpdater.newUpdater(Delivery.class, "work");
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static AtomicLongFieldUpdater<Delivery<?>> requested() {
        return (AtomicLongFieldUpdater) AtomicLongFieldUpdater.newUpdater(Delivery.class, "requested");
    }

    boolean isOver() {
        return ended || cancelled;
    }

    /** The caller does not take what is there for it. */
    boolean isFull() {
        return full && !cancelled;
    }

    void next(T item) {
        if (requested == Long.MAX_VALUE && kept == null) {
            if (!cancelled) {
                caller.onNext(item);
            }
            return;
        }
        Queue<T> queue = kept;
        if (queue == null) {
            queue = Queues.<T>unbounded(MOST_KEPT).get();
            kept = queue;
        }
        queue.add(item);
        if (queue.size() >= MOST_KEPT) {
            full = true;
        }
        proceed();
    }

    /** Nothing follows; {@code null} when all was well. Only the first call counts. */
    void end(@Nullable Throwable failure) {
        if (!ended) {
            error = failure;
            ended = true;
            proceed();
        }
    }

    @Override
    public void request(long count) {
        if (Operators.validate(count)) {
            Operators.addCap(REQUESTED, this, count);
            proceed();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        proceed();
    }

    private void proceed() {
        if (WORK.getAndIncrement(this) == 0) {
            drain();
        }
    }

    private void drain() {
        int missed = 1;
        while (missed != 0) {
            deliver();
            missed = WORK.addAndGet(this, -missed);
        }
    }

    private void deliver() {
        long taken = 0;
        long asked = requested;
        while (!cancelled) {
            boolean last = ended;
            Queue<T> queue = kept;
            if (queue == null || queue.isEmpty()) {
                if (last) {
                    finish();
                }
                break;
            }
            if (taken == asked) {
                break;
            }
            caller.onNext(queue.remove());
            taken++;
        }
        if (taken > 0 && asked != Long.MAX_VALUE) {
            REQUESTED.addAndGet(this, -taken);
        }
        settle();
    }

    private void settle() {
        Queue<T> queue = kept;
        if (cancelled) {
            if (queue != null) {
                queue.clear();
            }
            tell(Outcome.CANCELLED);
        }
        if (full && (queue == null || queue.size() < MOST_KEPT / 2)) {
            full = false;
            lane.resume();
        }
    }

    private void finish() {
        if (told) {
            return;
        }
        Throwable failure = error;
        tell(failure == null ? Outcome.SUCCEEDED : failure instanceof Moved ? Outcome.CANCELLED : Outcome.FAILED);
        if (failure == null) {
            caller.onComplete();
        } else {
            caller.onError(failure);
        }
    }

    /** Before the caller hears of the end, so that whoever listens knows of the statement when its call is over. */
    private void tell(Outcome outcome) {
        if (!told) {
            told = true;
            if (watch != null) {
                watch.ended(outcome);
            }
        }
    }
}
