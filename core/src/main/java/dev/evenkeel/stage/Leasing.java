package dev.evenkeel.stage;

import dev.evenkeel.CallContext;
import dev.evenkeel.ReadConsistency;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.error.Phase;
import dev.evenkeel.flow.PassOn;
import dev.evenkeel.node.Lease;
import dev.evenkeel.node.NestedWait;
import dev.evenkeel.node.NodePool;
import dev.evenkeel.route.Routes;
import dev.evenkeel.route.Wish;
import dev.evenkeel.topology.Topology;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Takes a connection, runs the rest, and gives it back, however the rest ends. On an error the caller hears of it after the
 * release, so a repeat does not meet the locks of the attempt before.
 */
final class Leasing implements Step {

    private final Topology topology;
    private final Contacts contacts;
    private final Scheduler timer;

    Leasing(Parts parts) {
        this.topology = parts.topology();
        this.contacts = parts.contacts();
        this.timer = parts.timer();
    }

    @Override
    public <T> Flux<T> apply(Call<T> call, Next next) {
        return new WhileHeld<>(
                acquire(call),
                lease -> {
                    Throwable objection = objection(call, lease);
                    return objection == null ? next.proceed(call.holding(lease)) : Flux.error(objection);
                },
                lease -> call.trace().held(lease.heldNanos()));
    }

    /**
     * To be asked when a lease is there: why the call must not use it, {@code null} if it may. The cluster may have changed
     * while the call waited: either that is seen here, or the lease was there before and is broken off with all the others of
     * a former primary. And the node was chosen for what a probe saw of it, which says nothing of another server under the
     * same name: that may be no primary, or a replica with older data; only who does not mind may go on.
     */
    @Nullable
    Throwable objection(Call<?> call, Lease lease) {
        Wish wish = call.terms().wish();
        if (!Routes.stillFits(topology.view(), wish, lease.node())) {
            return new Overtaken(lease.node());
        }
        if (wish.consistency() == ReadConsistency.EVENTUAL || lease.started() == call.server()) {
            return null;
        }
        // Seen by now, but it was chosen for another one's data.
        return topology.hasSeen(lease.node(), lease.started()) ? new Overtaken(lease.node()) : elsewhere(call);
    }

    private static Throwable elsewhere(Call<?> call) {
        return FailureClassifier.classify(
                new IOException(
                        "its name leads to another server than the one that was looked at, or it was restarted"),
                Phase.CONNECTING,
                call.node().name(),
                call.trace().requestId());
    }

    /** Only synchronous operators may follow the pool's own publisher: it takes back what is cancelled up to its emission. */
    Mono<Lease> acquire(Call<?> call) {
        return new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Lease> actual) {
                Mono<Lease> lease =
                        CallContext.connection(actual.currentContext()).orElse(null) instanceof Lease outer
                                ? acquireInside(outer, call)
                                : acquireFirst(call);
                lease.subscribe(new Granted(actual, call, contacts));
            }
        };
    }

    private Mono<Lease> acquireFirst(Call<?> call) {
        return call.guest()
                ? call.node().acquireAsGuest(patience(call), call.trace()::requestId)
                : call.node().acquire(patience(call), call.trace()::requestId);
    }

    /** Never as a guest: whoever holds a connection must get the second one, or both are stuck. */
    private Mono<Lease> acquireInside(Lease outer, Call<?> call) {
        NodePool node = call.node();
        NestedWait wait = outer.nestedWait();
        Mono<Lease> acquired = wait.begin(node)
                ? node.acquire(patience(call), call.trace()::requestId)
                : Mono.error(deadlock(node, call));
        return acquired.doOnNext(lease -> lease.nestedWait().inside(wait)).doFinally(end -> wait.end(node));
    }

    /** One operator for what is to be done with each lease and with each refusal. */
    private static final class Granted extends PassOn<Lease, Lease> {

        private final Call<?> call;
        private final Contacts contacts;
        private final long asked = System.nanoTime();

        Granted(CoreSubscriber<? super Lease> actual, Call<?> call, Contacts contacts) {
            super(actual);
            this.call = call;
            this.contacts = contacts;
        }

        @Override
        public void onNext(Lease lease) {
            Trace trace = call.trace();
            trace.waited(System.nanoTime() - asked);
            lease.assign(call.terms().phase(), call.deadline(), trace::requestId);
            contacts.lent(call, lease);
            actual.onNext(lease);
        }

        @Override
        public void onError(Throwable error) {
            super.onError(FailureClassifier.classify(
                    error, Phase.CONNECTING, call.node().name(), call.trace().requestId()));
        }
    }

    private static LeaseMisuseException deadlock(NodePool node, Call<?> call) {
        return new LeaseMisuseException(Failure.of(
                        "POOL_DEADLOCK",
                        ErrorType.PERFORMANCE,
                        "Every connection to %s is held by a call that waits for a second one: none would ever come"
                                .formatted(node.name()),
                        "run the inner statements on the connection that the outer function was given",
                        "begin inner transactions with Nesting.JOIN or SAVEPOINT",
                        "raise pool.maxSize above the number of callers that need two connections at once")
                .in(call.trace().requestId()));
    }

    private Duration patience(Call<?> call) {
        Duration remaining = call.deadline().remaining(timer);
        Duration configured = call.node().patience();
        return remaining.compareTo(configured) < 0 ? remaining : configured;
    }
}
