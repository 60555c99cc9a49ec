package dev.evenkeel.stage;

import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/**
 * Subscribes to the road below again, with a fresh node and a fresh connection, if the error is safe to retry, no row has
 * reached the caller, and the deadline leaves time for it.
 */
final class Retrying implements Step {

    private final Scheduler timer;

    Retrying(Scheduler timer) {
        this.timer = timer;
    }

    @Override
    public <T> Flux<T> apply(Call<T> call, Next next) {
        Trace trace = call.trace();
        return Flux.defer(() -> {
                    trace.nextAttempt();
                    return next.proceed(call);
                })
                .retryWhen(Retries.of(
                        call.terms().retry(),
                        wait -> trace.isRepeatable()
                                && call.deadline().remaining(timer).compareTo(wait) > 0,
                        timer));
    }
}
