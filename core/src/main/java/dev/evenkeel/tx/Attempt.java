package dev.evenkeel.tx;

import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/**
 * One run of a transaction's function.
 *
 * @param function what the function does; asked for once
 * @param begun completes with the answer to BEGIN, if that has one of its own
 * @param committing completes when the transaction is durable; asked for when BEGIN is answered
 */
record Attempt<T>(Publisher<T> function, Mono<Void> begun, Supplier<Publisher<Void>> committing) {

    Publisher<Void> commit() {
        return committing.get();
    }
}
