package dev.evenkeel.node;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/**
 * Lets so many callers at a time through to a source; the others wait in the order of their arrival. Thread-safe.
 *
 * <p>How this works: who is let through takes a place and subscribes to the source. If the source emits, the place belongs to
 * what it emitted: whoever ends that calls {@link #leave()}, or {@link #passOn} if what was emitted is as good for the next
 * caller. If it fails, ends without a value, or the caller goes away before, the place is free again by itself. Each free place
 * goes to whoever has waited longest, unless {@link ControlledDelay} says that the queue stands and he has waited too long. Nobody
 * is called while the lock is held.
 */
final class Admission<T> {

    /** What callers are told who are not let through. */
    interface Refusals {

        Throwable queueFull(Duration oldestWait);

        Throwable queueStands(Duration waited);
    }

    private enum State {
        WAITING,
        ENTERING,
        INSIDE,
        DELIVERING,
        CANCELLED_MEANWHILE,
        OVER;

        /** What has begun to happen is finished first. */
        State cancelled() {
            return switch (this) {
                case ENTERING, DELIVERING, CANCELLED_MEANWHILE -> CANCELLED_MEANWHILE;
                case WAITING, INSIDE, OVER -> OVER;
            };
        }
    }

    private final IntSupplier places;
    private final int longestQueue;
    private final ControlledDelay delay;
    private final Scheduler clock;
    /** Those who go away are looked for from the front: whoever has run out of patience mostly is there. */
    private final Deque<Visit> queue = new ArrayDeque<>();

    private final AtomicInteger rounds = new AtomicInteger();
    private int taken;

    /**
     * Up to {@code places} callers are let through at a time; that is asked for at each decision. At most
     * {@code longestQueue} of the others wait.
     */
    Admission(IntSupplier places, int longestQueue, ControlledDelay delay, Scheduler clock) {
        this.places = places;
        this.longestQueue = longestQueue;
        this.delay = delay;
        this.clock = clock;
    }

    /**
     * The source for one caller, when his turn has come. Cancelling takes him out of the queue. Whoever subscribes asks for the
     * value at once.
     */
    Mono<T> admit(Mono<T> source, Refusals refusals) {
        return new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                Visit visit = new Visit(source, actual, refusals, clock.now(TimeUnit.NANOSECONDS));
                actual.onSubscribe(visit);
                arrive(visit);
            }
        };
    }

    /** What was emitted to somebody is over: his place is free. */
    void leave() {
        synchronized (queue) {
            taken--;
        }
        callNext();
    }

    /**
     * What was emitted to somebody is for whoever has waited longest, and the place with it, also if there are fewer places by now:
     * what it is for is there. Returns what gives it to him, to be run once; {@code null} when nobody waits: then it is still the
     * caller's.
     */
    @Nullable
    Runnable passOn(T value, Relay relay) {
        Visit successor = successor();
        if (successor == null) {
            return null;
        }
        return () -> {
            relay.hand(() -> successor.deliver(value));
            // There may be more places by now than when the last one left.
            callNext();
        };
    }

    private @Nullable Visit successor() {
        for (Turn<T> turn = nextTurn(1); turn != null; turn = nextTurn(1)) {
            if (turn.sentAwayAfter != null) {
                turn.visit.refuse(turn.visit.refusals.queueStands(turn.sentAwayAfter));
            } else if (turn.visit.takesOver()) {
                return turn.visit;
            }
        }
        return null;
    }

    int waiting() {
        synchronized (queue) {
            return queue.size();
        }
    }

    private void arrive(Visit visit) {
        Throwable refusal = null;
        boolean enters = false;
        synchronized (queue) {
            if (!visit.is(State.WAITING)) {
                return;
            }
            if (queue.isEmpty() && taken < places.getAsInt()) {
                taken++;
                delay.sheds(visit.since, 0);
                enters = true;
            } else if (queue.size() < longestQueue) {
                queue.add(visit);
            } else {
                refusal = visit.refusals.queueFull(oldestWait(visit.since));
            }
        }
        if (refusal != null) {
            visit.refuse(refusal);
        } else if (!enters) {
            // There may be more places by now than when the last one left.
            callNext();
        } else if (!visit.begin()) {
            leave();
        }
    }

    private Duration oldestWait(long now) {
        Visit first = queue.peekFirst();
        return first == null ? Duration.ZERO : Duration.ofNanos(now - first.since);
    }

    /** By one thread at a time, and never inside itself: a source that fails at once would pile up the stack. */
    private void callNext() {
        if (rounds.getAndIncrement() != 0) {
            return;
        }
        int done = 1;
        do {
            for (Turn<T> turn = nextTurn(0); turn != null; turn = nextTurn(0)) {
                take(turn);
            }
            done = rounds.addAndGet(-done);
        } while (done != 0);
    }

    private void take(Turn<T> turn) {
        if (turn.sentAwayAfter != null) {
            turn.visit.refuse(turn.visit.refusals.queueStands(turn.sentAwayAfter));
        } else if (!turn.visit.begin()) {
            leave();
        }
    }

    private record Turn<T>(
            Admission<T>.Visit visit, @Nullable Duration sentAwayAfter) {}

    /** Whose turn it is; with {@code brought} 1 for the place of somebody who is still counted. */
    private @Nullable Turn<T> nextTurn(int brought) {
        synchronized (queue) {
            if (queue.isEmpty() || (brought == 0 && taken >= places.getAsInt())) {
                return null;
            }
            Visit visit = queue.removeFirst();
            long now = clock.now(TimeUnit.NANOSECONDS);
            long waited = now - visit.since;
            if (delay.sheds(now, waited)) {
                return new Turn<>(visit, Duration.ofNanos(waited));
            }
            taken += 1 - brought;
            return new Turn<>(visit, null);
        }
    }

    /** One caller on his way in. */
    private final class Visit extends Operators.DeferredSubscription implements CoreSubscriber<T> {

        private final Mono<T> source;
        private final CoreSubscriber<? super T> actual;
        private final Refusals refusals;
        private final long since;
        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        private volatile @Nullable Subscription upstream;

        Visit(Mono<T> source, CoreSubscriber<? super T> actual, Refusals refusals, long since) {
            this.source = source;
            this.actual = actual;
            this.refusals = refusals;
            this.since = since;
        }

        boolean is(State asked) {
            return state.get() == asked;
        }

        /** False when the caller has gone away in the meantime. */
        boolean begin() {
            if (!state.compareAndSet(State.WAITING, State.ENTERING)) {
                return false;
            }
            source.subscribe(this);
            return true;
        }

        /** The same for what another caller leaves to this one. */
        boolean takesOver() {
            return state.compareAndSet(State.WAITING, State.DELIVERING);
        }

        void refuse(Throwable refusal) {
            if (state.compareAndSet(State.WAITING, State.OVER)) {
                actual.onError(refusal);
            }
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            upstream = subscription;
            if (state.compareAndSet(State.ENTERING, State.INSIDE)) {
                set(subscription);
            } else {
                subscription.cancel();
                leave();
            }
        }

        /** A cancel meanwhile reaches the source only after what it emitted has its owner. */
        @Override
        public void onNext(T value) {
            if (!state.compareAndSet(State.INSIDE, State.DELIVERING)) {
                Operators.onNextDropped(value, currentContext());
                return;
            }
            deliver(value);
        }

        private void deliver(T value) {
            actual.onNext(value);
            if (state.compareAndSet(State.DELIVERING, State.OVER)) {
                actual.onComplete();
            } else {
                super.cancel();
            }
        }

        /** What fails after the caller has gone away is nobody's error. */
        @Override
        public void onError(Throwable error) {
            if (state.compareAndSet(State.INSIDE, State.OVER)) {
                leave();
                actual.onError(error);
            }
        }

        @Override
        public void onComplete() {
            if (state.compareAndSet(State.INSIDE, State.OVER)) {
                leave();
                actual.onComplete();
            }
        }

        /** The place is free only when the source knows that this caller is gone. */
        @Override
        public void cancel() {
            State was = state.getAndUpdate(State::cancelled);
            if (was != State.WAITING && was != State.INSIDE && was != State.OVER) {
                return;
            }
            Subscription source = upstream;
            if (source != null) {
                source.cancel();
            }
            super.cancel();
            if (was == State.INSIDE) {
                leave();
            } else if (was == State.WAITING) {
                synchronized (queue) {
                    queue.remove(this);
                }
            }
        }
    }
}
