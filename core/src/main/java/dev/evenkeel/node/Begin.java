package dev.evenkeel.node;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A BEGIN that leaves with the first statement behind it.
 *
 * <p>The way it leaves depends on that statement: in front of one of ours, or as a message by itself in front of the driver's.
 */
final class Begin {

    private final String statement;
    private final String message;
    private volatile @Nullable CompletableFuture<?> answer;

    Begin(String statement, String message) {
        this.statement = statement;
        this.message = message;
    }

    String statement() {
        return statement;
    }

    String message() {
        return message;
    }

    void sentAlone(CompletableFuture<?> awaited) {
        answer = awaited;
    }

    /** Completes with the answer, or at once if it has none of its own. */
    Mono<Void> answered() {
        return Mono.defer(() -> {
            CompletableFuture<?> awaited = answer;
            return awaited == null
                    ? Mono.empty()
                    : Mono.fromFuture(awaited, true).then();
        });
    }
}
