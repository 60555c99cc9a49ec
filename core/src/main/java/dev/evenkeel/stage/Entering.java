package dev.evenkeel.stage;

import dev.evenkeel.error.ManagerClosedException;
import reactor.core.publisher.Flux;

/** Refuses calls after the shutdown has begun and knows how many are still inside. */
final class Entering implements Step {

    private final Gate gate;

    Entering(Gate gate) {
        this.gate = gate;
    }

    @Override
    public <T> Flux<T> apply(Call<T> call, Next next) {
        if (!gate.enter()) {
            return Flux.error(ManagerClosedException.refusing(call.trace().requestId()));
        }
        return next.proceed(call).doFinally(end -> gate.leave());
    }
}
