package dev.evenkeel.stage;

import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.Phase;
import dev.evenkeel.node.Lease;
import dev.evenkeel.time.Bounded;
import reactor.core.publisher.Flux;
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
        return Bounded.all(
                        Flux.defer(() -> Flux.<T>from(call.work().on(lease))),
                        call.deadline().remaining(timer),
                        timer,
                        () -> TimeLimit.exceeded(call.terms().label(), call.deadline(), lease))
                .onErrorResume(error -> failed(call, lease, error));
    }

    /** What fails because the caller went away while the connection was delivered is nobody's error. */
    private static <T> Flux<T> failed(Call<T> call, Lease lease, Throwable error) {
        if (lease.isAbandoned()) {
            return Flux.never();
        }
        if (lease.phase() == Phase.AUTOCOMMIT) {
            call.trace().mayHaveTakenEffect();
        }
        return Flux.error(FailureClassifier.classify(error, lease.phase(), lease.node(), lease.requestId()));
    }
}
