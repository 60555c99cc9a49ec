package dev.evenkeel.stage;

import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.Phase;
import dev.evenkeel.node.Lease;
import dev.evenkeel.node.NodePool;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Takes a connection, runs the rest, and gives it back, however the rest ends. On an error the caller hears of it after the
 * release, so a repeat does not meet the locks of the attempt before.
 */
final class Leasing implements Step {

    private final Scheduler timer;

    Leasing(Scheduler timer) {
        this.timer = timer;
    }

    @Override
    public <T> Flux<T> apply(Call<T> call, Next next) {
        return Flux.usingWhen(
                acquire(call),
                lease -> next.proceed(call.holding(lease)),
                Lease::release,
                (lease, error) -> lease.release(),
                Lease::release);
    }

    /** Only synchronous operators may follow the pool's own publisher: it takes back what is cancelled up to its emission. */
    Mono<Lease> acquire(Call<?> call) {
        NodePool node = call.node();
        Trace trace = call.trace();
        long asked = System.nanoTime();
        return node.acquire(patience(call))
                .doOnNext(lease -> {
                    trace.waited(System.nanoTime() - asked);
                    lease.enter(call.terms().phase());
                })
                .onErrorMap(e -> FailureClassifier.classify(e, Phase.CONNECTING, node.name(), trace.requestId()));
    }

    private Duration patience(Call<?> call) {
        Duration remaining = call.deadline().remaining(timer);
        Duration configured = call.node().patience();
        return remaining.compareTo(configured) < 0 ? remaining : configured;
    }
}
