package dev.evenkeel.config;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import dev.evenkeel.error.InvalidConfigurationException;
import java.time.Duration;

/**
 * How often and how fast a call that failed harmlessly is made again. Immutable.
 *
 * @param maxAttempts all attempts together, the first included; 1 means no retry; default 3
 * @param baseDelay wait before the second attempt; default 1 s. A serialization failure or deadlock does not wait that
 *     long: the conflict is over, so it is repeated after a few milliseconds
 * @param maxDelay upper bound of the wait; default 10 s
 * @param multiplier growth from one wait to the next; default 2
 * @param jitter share of a wait that is random, 0 to 1, so that callers do not come back together; default 0.5
 */
public record RetryPolicy(int maxAttempts, Duration baseDelay, Duration maxDelay, double multiplier, double jitter) {

    public static final int DEFAULT_MAX_ATTEMPTS = 3;
    public static final Duration DEFAULT_BASE_DELAY = ofSeconds(1);
    public static final Duration DEFAULT_MAX_DELAY = ofSeconds(10);
    public static final double DEFAULT_MULTIPLIER = 2;
    public static final double DEFAULT_JITTER = 0.5;

    public RetryPolicy {
        Require.between("retry.maxAttempts", maxAttempts, 1, 100, "use 1 to switch retries off");
        Require.between("retry.baseDelay", baseDelay, ZERO, ofMinutes(5), "the default is 1 s");
        Require.between("retry.maxDelay", maxDelay, ofMillis(1), ofMinutes(30), "the default is 10 s");
        Require.between("retry.multiplier", multiplier, 1.0, 10.0, "use 1 for a constant wait");
        Require.between("retry.jitter", jitter, 0.0, 1.0, "the default is 0.5");
        if (baseDelay.compareTo(maxDelay) > 0) {
            throw InvalidConfigurationException.of(
                    "retry.baseDelay", baseDelay, "at most retry.maxDelay (%s)".formatted(maxDelay), "raise maxDelay");
        }
    }

    public static RetryPolicy defaults() {
        return builder().build();
    }

    /** One attempt, no retry. */
    public static RetryPolicy none() {
        return builder().maxAttempts(1).build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; not thread-safe. Values are checked together by {@link #build()}. */
    public static final class Builder {

        private int maxAttempts = DEFAULT_MAX_ATTEMPTS;
        private Duration baseDelay = DEFAULT_BASE_DELAY;
        private Duration maxDelay = DEFAULT_MAX_DELAY;
        private double multiplier = DEFAULT_MULTIPLIER;
        private double jitter = DEFAULT_JITTER;

        private Builder() {}

        public Builder maxAttempts(int attempts) {
            this.maxAttempts = attempts;
            return this;
        }

        public Builder baseDelay(Duration delay) {
            this.baseDelay = delay;
            return this;
        }

        public Builder maxDelay(Duration delay) {
            this.maxDelay = delay;
            return this;
        }

        public Builder multiplier(double factor) {
            this.multiplier = factor;
            return this;
        }

        public Builder jitter(double share) {
            this.jitter = share;
            return this;
        }

        /**
         * Checks the settings together.
         *
         * @throws InvalidConfigurationException when a value is out of its range
         */
        public RetryPolicy build() {
            return new RetryPolicy(maxAttempts, baseDelay, maxDelay, multiplier, jitter);
        }
    }
}
