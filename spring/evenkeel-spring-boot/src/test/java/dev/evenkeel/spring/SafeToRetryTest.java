package dev.evenkeel.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.QueryFailedException;
import dev.evenkeel.error.TransactionConflictException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.util.ReflectionUtils;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What Spring repeats, and what it must not. */
class SafeToRetryTest {

    private static final Failure FAILURE = Failure.of("40001", ErrorType.QUERY, "It went wrong", "look at it");

    private final SafeToRetry predicate = new SafeToRetry();
    private final TransactionConflictException conflict = new TransactionConflictException(FAILURE.retryable(true));

    interface Calls {

        Mono<String> one();

        Flux<String> many();

        CompletableFuture<String> future();

        String plain();
    }

    private boolean repeats(String method, Throwable error) {
        return predicate.shouldRetry(ReflectionUtils.findMethod(Calls.class, method), error);
    }

    @Test
    void repeatsWhatIsSafeWhereverItIsInTheChain() {
        assertThat(repeats("one", conflict)).isTrue();
        assertThat(repeats("one", new CannotAcquireLockException("no", new IllegalStateException(conflict))))
                .isTrue();
        assertThat(repeats("future", conflict)).isTrue();
        assertThat(repeats("plain", conflict)).isTrue();
    }

    @Test
    void repeatsNothingElse() {
        assertThat(repeats("one", new QueryFailedException(FAILURE))).isFalse();
        assertThat(repeats("one", new TransactionConflictException(FAILURE))).isFalse();
        assertThat(repeats("one", new CannotAcquireLockException("of another database")))
                .isFalse();
        assertThat(repeats("one", new IllegalStateException("no"))).isFalse();
    }

    @Test
    void theOutermostOfOursDecides() {
        assertThat(repeats("one", new QueryFailedException(FAILURE.causedBy(conflict))))
                .isFalse();
    }

    @Test
    void aCommitWithoutAnAnswerIsNeverRepeated() {
        CommitOutcomeUnknownException unknown = new CommitOutcomeUnknownException(FAILURE);

        assertThat(repeats("one", unknown)).isFalse();
        assertThat(repeats("one", new CommitOutcomeUnknownException(FAILURE.causedBy(conflict))))
                .isFalse();
        assertThat(repeats(
                        "one",
                        new TransactionConflictException(
                                FAILURE.causedBy(unknown).retryable(true))))
                .isFalse();
    }

    @Test
    void whatMayHaveEmittedIsNotRepeated() {
        assertThat(repeats("many", conflict)).isFalse();
    }

    @Test
    void causesInACircleComeToAnEnd() {
        IllegalStateException one = new IllegalStateException("one");
        IllegalStateException other = new IllegalStateException("other", one);
        one.initCause(other);

        assertThat(repeats("one", one)).isFalse();
    }
}
