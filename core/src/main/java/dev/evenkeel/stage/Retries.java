package dev.evenkeel.stage;

import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.PoolExhaustedException;
import dev.evenkeel.error.TransactionConflictException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

/** Reads a {@link RetryPolicy}. */
public final class Retries {

    /** A conflict is over when it is reported: the wait only keeps two losers from meeting again. */
    private static final Duration AFTER_CONFLICT = Duration.ofMillis(5);

    private Retries() {}

    /**
     * Repeats after errors that are {@linkplain DatabaseException#safeToRetry() safe to retry}; ends with the last one. An
     * exhausted pool is left to the caller: coming back at once would make the queue longer.
     */
    public static Retry of(RetryPolicy policy, Scheduler timer) {
        return Retry.from(failures ->
                failures.concatMap(signal -> waitAfter(signal.failure(), signal.totalRetries(), policy)
                        .map(wait -> Mono.delay(wait, timer))
                        .orElseGet(() -> Mono.error(signal.failure()))));
    }

    /**
     * How long to wait before the next attempt.
     *
     * @param retries attempts so far, without the first
     * @return empty when there must not be another one
     */
    static Optional<Duration> waitAfter(Throwable failure, long retries, RetryPolicy policy) {
        boolean safe = failure instanceof DatabaseException known
                && known.safeToRetry()
                && !(failure instanceof PoolExhaustedException);
        return safe && retries + 1 < policy.maxAttempts()
                ? Optional.of(delay(retries, failure, policy))
                : Optional.empty();
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
