package dev.evenkeel.spring.config;

import dev.evenkeel.config.RetryPolicy;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Repeating calls that failed harmlessly; {@code null} for the default.
 *
 * @param maxAttempts All attempts together, the first included. The default is 3.
 * @param baseDelay Wait before the second attempt. The default is 1s.
 * @param maxDelay Longest wait. The default is 10s.
 * @param multiplier Growth from one wait to the next. The default is 2.
 * @param jitter Share of a wait that is random, 0 to 1. The default is 0.5.
 */
public record RetryProperties(
        @Nullable Integer maxAttempts,
        @Nullable Duration baseDelay,
        @Nullable Duration maxDelay,
        @Nullable Double multiplier,
        @Nullable Double jitter) {

    RetryPolicy policy() {
        return new RetryPolicy(
                Objects.requireNonNullElse(maxAttempts, RetryPolicy.DEFAULT_MAX_ATTEMPTS),
                Objects.requireNonNullElse(baseDelay, RetryPolicy.DEFAULT_BASE_DELAY),
                Objects.requireNonNullElse(maxDelay, RetryPolicy.DEFAULT_MAX_DELAY),
                Objects.requireNonNullElse(multiplier, RetryPolicy.DEFAULT_MULTIPLIER),
                Objects.requireNonNullElse(jitter, RetryPolicy.DEFAULT_JITTER));
    }
}
