package dev.evenkeel.node;

import io.r2dbc.postgresql.client.Client;
import io.r2dbc.postgresql.message.frontend.Query;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/** Sends COMMIT and reads all of the answer. */
final class CommitExchange {

    private CommitExchange() {}

    /** Completes when the transaction has committed; at once when there is {@code none}. */
    static Mono<Void> on(Client client, BooleanSupplier none, Runnable answered, Supplier<String> node) {
        return Mono.defer(() -> {
            if (none.getAsBoolean()) {
                return Mono.empty();
            }
            CommitAnswer answer = new CommitAnswer();
            return client.exchange(Mono.just(new Query(CommitAnswer.COMMIT)))
                    .doOnNext(answer::read)
                    .then(Mono.defer(() -> {
                        answered.run();
                        Throwable problem = answer.problem(node.get());
                        return problem == null ? Mono.empty() : Mono.error(problem);
                    }));
        });
    }
}
