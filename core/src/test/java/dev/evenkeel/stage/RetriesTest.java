package dev.evenkeel.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.error.TransactionConflictException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class RetriesTest {

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final AtomicInteger attempts = new AtomicInteger();

    @AfterEach
    void stop() {
        time.dispose();
    }

    private static Failure failure(boolean safe) {
        return Failure.of("X", ErrorType.CONNECTION, "x").retryable(safe);
    }

    private static DatabaseException unavailable() {
        return new NodeUnavailableException(failure(true));
    }

    private Mono<String> failing(int times, RuntimeException error) {
        return Mono.fromCallable(() -> {
            if (attempts.incrementAndGet() <= times) {
                throw error;
            }
            return "ok";
        });
    }

    private static RetryPolicy policy(double jitter) {
        return RetryPolicy.builder().jitter(jitter).build();
    }

    @Test
    void waitsOneThenTwoSecondsByDefault() {
        StepVerifier.create(failing(2, unavailable()).retryWhen(Retries.of(policy(0), time)))
                .then(() -> time.advanceTimeBy(Duration.ofMillis(999)))
                .then(() -> assertThat(attempts).hasValue(1))
                .then(() -> time.advanceTimeBy(Duration.ofMillis(1)))
                .then(() -> assertThat(attempts).hasValue(2))
                .then(() -> time.advanceTimeBy(Duration.ofSeconds(2)))
                .expectNext("ok")
                .verifyComplete();
    }

    @Test
    void endsWithTheLastRealErrorWhenTheAttemptsAreUsedUp() {
        DatabaseException real = unavailable();

        StepVerifier.create(failing(9, real).retryWhen(Retries.of(policy(0), time)))
                .then(() -> time.advanceTimeBy(Duration.ofMinutes(1)))
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(real));
        assertThat(attempts).hasValue(RetryPolicy.DEFAULT_MAX_ATTEMPTS);
    }

    @Test
    void doesNotRepeatWhatIsNotSafe() {
        StepVerifier.create(failing(1, new QueryFailedException(failure(false))).retryWhen(Retries.of(policy(0), time)))
                .verifyError(QueryFailedException.class);
        assertThat(attempts).hasValue(1);
    }

    @Test
    void doesNotRepeatWhatIsNoErrorOfTheDatabase() {
        StepVerifier.create(failing(1, new IllegalStateException()).retryWhen(Retries.of(policy(0), time)))
                .verifyError(IllegalStateException.class);
    }

    @Test
    void repeatsAConflictAlmostAtOnce() {
        StepVerifier.create(failing(1, new TransactionConflictException(failure(true)))
                        .retryWhen(Retries.of(policy(0), time)))
                .then(() -> time.advanceTimeBy(Duration.ofMillis(5)))
                .expectNext("ok")
                .verifyComplete();
    }

    @Test
    void saysHowLongToWaitBeforeEachAttempt() {
        assertThat(Retries.waitAfter(unavailable(), 0, policy(0))).contains(Duration.ofSeconds(1));
        assertThat(Retries.waitAfter(unavailable(), 1, policy(0))).contains(Duration.ofSeconds(2));
        assertThat(Retries.waitAfter(unavailable(), 2, policy(0)))
                .as("the third was the last")
                .isEmpty();
        assertThat(Retries.waitAfter(new IllegalStateException(), 0, policy(0))).isEmpty();
    }

    @Test
    void jitterOnlyShortensTheWait() {
        StepVerifier.create(failing(1, unavailable()).retryWhen(Retries.of(policy(1), time)))
                .then(() -> time.advanceTimeBy(Duration.ofSeconds(1)))
                .expectNext("ok")
                .verifyComplete();
    }
}
