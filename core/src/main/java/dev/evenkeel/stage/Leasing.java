package dev.evenkeel.stage;

import dev.evenkeel.CallContext;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.LeaseMisuseException;
import dev.evenkeel.error.Phase;
import dev.evenkeel.node.Lease;
import dev.evenkeel.node.NodePool;
import dev.evenkeel.topology.WriteHorizon;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Takes a connection, runs the rest, and gives it back, however the rest ends. On an error the caller hears of it after the
 * release, so a repeat does not meet the locks of the attempt before.
 */
final class Leasing implements Step {

    private final WriteHorizon horizon;
    private final Scheduler timer;

    Leasing(WriteHorizon horizon, Scheduler timer) {
        this.horizon = horizon;
        this.timer = timer;
    }

    @Override
    public <T> Flux<T> apply(Call<T> call, Next next) {
        return Flux.usingWhen(
                acquire(call),
                lease -> next.proceed(call.holding(lease)).contextWrite(CallContext.connection(lease)),
                Lease::release,
                (lease, error) -> lease.release(),
                Lease::release);
    }

    /** Only synchronous operators may follow the pool's own publisher: it takes back what is cancelled up to its emission. */
    Mono<Lease> acquire(Call<?> call) {
        return Mono.deferContextual(context -> CallContext.connection(context)
                .filter(Lease.class::isInstance)
                .map(outer -> acquireInside((Lease) outer, call))
                .orElseGet(() -> acquireNow(call)));
    }

    private Mono<Lease> acquireInside(Lease outer, Call<?> call) {
        NodePool node = call.node();
        Mono<Lease> acquired = outer.beginWaitingInside(node) ? acquireNow(call) : Mono.error(deadlock(node, call));
        return acquired.doFinally(end -> outer.endWaitingInside(node));
    }

    private Mono<Lease> acquireNow(Call<?> call) {
        NodePool node = call.node();
        Trace trace = call.trace();
        long asked = System.nanoTime();
        return node.acquire(patience(call), trace::requestId)
                .doOnNext(lease -> {
                    trace.waited(System.nanoTime() - asked);
                    lease.assign(call.terms().phase(), call.deadline(), trace::requestId);
                    if (call.terms().phase() == Phase.AUTOCOMMIT) {
                        horizon.held();
                        lease.onEnd(horizon::released);
                    }
                })
                .onErrorMap(e -> FailureClassifier.classify(e, Phase.CONNECTING, node.name(), trace.requestId()));
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
