package dev.evenkeel.stage;

import reactor.core.publisher.Flux;

/** Refuses a call at once when its node's queue is full: the caller learns it now instead of at its deadline. */
final class Admitting implements Step {

    @Override
    public <T> Flux<T> apply(Call<T> call, Next next) {
        return call.node().isFull() ? Flux.error(call.node().refusal(call.trace()::requestId)) : next.proceed(call);
    }
}
