package dev.evenkeel.benchmarks.step;

import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.stage.Retries;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What being ready to repeat costs a call that is not repeated; {@link #never} is the same call without it. */
public class RetryingBenchmark extends StepBenchmark {

    private static final RetryPolicy POLICY = RetryPolicy.defaults();

    private final QueryFailedException syntaxError =
            new QueryFailedException(Failure.of("42601", ErrorType.QUERY, "syntax error"));
    private final Mono<Integer> success = Mono.fromSupplier(() -> 1);
    private final Mono<Integer> failure = Mono.error(() -> syntaxError);

    private static Mono<Integer> ready(Mono<Integer> call) {
        return call.retryWhen(Retries.of(POLICY, Schedulers.parallel()));
    }

    @Benchmark
    public @Nullable Integer never() {
        return success.block();
    }

    @Benchmark
    public @Nullable Integer notNeeded() {
        return ready(success).block();
    }

    @Benchmark
    public @Nullable Integer refused() {
        return ready(failure).onErrorComplete().block();
    }
}
