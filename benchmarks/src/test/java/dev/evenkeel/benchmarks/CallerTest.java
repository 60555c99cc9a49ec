package dev.evenkeel.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class CallerTest {

    /** So many that the stack would overflow, if each operation were begun by the answer of the last one. */
    private static final int DEEP = 200_000;

    private final Tally tally = new Tally();
    private final AtomicInteger ends = new AtomicInteger();

    private void call(int times, Mono<Boolean> operation) {
        call(times, operation, Runnable::run);
    }

    private void call(int times, Mono<Boolean> operation, Executor home) {
        AtomicInteger left = new AtomicInteger(times);
        new Caller(operation, home, () -> left.decrementAndGet() > 0, tally, ends::incrementAndGet).begin();
    }

    @Test
    void beginsAgainAsLongAsThereIsMoreAndSaysOnceWhenThereIsNot() {
        call(3, Mono.just(true));

        assertThat(tally.operations()).isEqualTo(3);
        assertThat(tally.errors()).isZero();
        assertThat(tally.firstError()).isEmpty();
        assertThat(ends).hasValue(1);
    }

    @Test
    void doesNotDescendTheStackWhenAnswersAreThereAtOnce() {
        call(DEEP, Mono.just(true));

        assertThat(tally.operations()).isEqualTo(DEEP);
    }

    @Test
    void countsAWrongAnswerAndNoneAsErrors() {
        call(2, Mono.just(false));
        call(2, Mono.empty());

        assertThat(tally.operations()).isZero();
        assertThat(tally.errors()).isEqualTo(4);
        assertThat(tally.firstError()).isEqualTo("a wrong answer");
    }

    @Test
    void goesOnAfterAFailureAndKeepsTheFirst() {
        AtomicInteger failures = new AtomicInteger();

        call(3, Mono.error(() -> new IllegalStateException("failure " + failures.incrementAndGet())));

        assertThat(tally.errors()).isEqualTo(3);
        assertThat(tally.firstError()).contains("failure 1");
        assertThat(ends).hasValue(1);
    }

    @Test
    void takesItsAnswersAtHome() {
        AtomicInteger atHome = new AtomicInteger();

        call(2, Mono.just(true), answer -> {
            atHome.incrementAndGet();
            answer.run();
        });

        assertThat(atHome).hasValue(2);
        assertThat(tally.operations()).isEqualTo(2);
    }
}
