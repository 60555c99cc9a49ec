package dev.evenkeel.stage;

import reactor.core.publisher.Flux;

/** One thing that happens to every call. Must be lazy: nothing happens before the result is subscribed. */
interface Step {

    <T> Flux<T> apply(Call<T> call, Next next);
}
