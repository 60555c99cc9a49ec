package dev.evenkeel.stage;

import reactor.core.publisher.Flux;

/** The rest of the road. A step may take it never, once, or once for each attempt. */
interface Next {

    <T> Flux<T> proceed(Call<T> call);
}
