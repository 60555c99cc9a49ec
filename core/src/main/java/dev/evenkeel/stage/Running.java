package dev.evenkeel.stage;

import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.Phase;
import dev.evenkeel.node.Lease;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Runs the work on its connection. The deadline strikes here, inside the lease, so that the caller hears of it only after
 * the connection was cleaned or closed.
 */
final class Running implements Step {

    private final Scheduler timer;

    Running(Scheduler timer) {
        this.timer = timer;
    }

    @Override
    public <T> Flux<T> apply(Call<T> call, Next next) {
        Lease lease = call.connection();
        return Flux.defer(() -> Flux.<T>from(call.work().on(lease)))
                .takeUntilOther(Mono.delay(call.deadline().remaining(timer), timer)
                        .then(Mono.error(() -> TimeLimit.exceeded(call.terms().label(), call.deadline(), lease))))
                .doOnError(e -> {
                    if (lease.phase() == Phase.AUTOCOMMIT) {
                        call.trace().mayHaveTakenEffect();
                    }
                })
                .onErrorMap(e -> FailureClassifier.classify(e, lease.phase(), lease.node(), lease.requestId()));
    }
}
