package dev.evenkeel.stage;

import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.PoolExhaustedException;
import dev.evenkeel.error.TransactionConflictException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

/** Makes Reactor's {@link Retry} out of a {@link RetryPolicy}. */
public final class Retries {

    /** A conflict is over when it is reported: the wait only keeps two losers from meeting again. */
    private static final Duration AFTER_CONFLICT = Duration.ofMillis(5);

    private Retries() {}

    /**
     * Repeats after errors that are {@linkplain DatabaseException#safeToRetry() safe to retry}; ends with the last one. An
     * exhausted pool is left to the caller: coming back at once would make the queue longer.
     */
    public static Retry of(RetryPolicy policy, Scheduler timer) {
        return of(policy, delay -> true, timer);
    }

    /** {@code worthIt} tells whether there is still a point in trying again after such a wait. */
    static Retry of(RetryPolicy policy, Predicate<Duration> worthIt, Scheduler timer) {
        return Retry.from(failures -> failures.concatMap(signal -> decide(signal.copy(), policy, worthIt, timer)));
    }

    private static Flux<Long> decide(
            Retry.RetrySignal signal, RetryPolicy policy, Predicate<Duration> worthIt, Scheduler timer) {
        Throwable failure = signal.failure();
        boolean safe = failure instanceof DatabaseException known
                && known.safeToRetry()
                && !(failure instanceof PoolExhaustedException);
        Duration wait = delay(signal.totalRetries(), failure, policy);
        if (!safe || signal.totalRetries() + 1 >= policy.maxAttempts() || !worthIt.test(wait)) {
            return Flux.error(failure);
        }
        return Mono.delay(wait, timer).flux();
    }

    /** Exponential from the base to the cap, of which the jitter's share is random. */
    private static Duration delay(long retries, Throwable failure, RetryPolicy policy) {
        Duration base = failure instanceof TransactionConflictException ? AFTER_CONFLICT : policy.baseDelay();
        double grown = (double) base.toNanos() * Math.pow(policy.multiplier(), (double) retries);
        double capped = Math.min(grown, (double) policy.maxDelay().toNanos());
        double random = 1 - policy.jitter() * ThreadLocalRandom.current().nextDouble();
        return Duration.ofNanos((long) (capped * random));
    }
}
