package dev.evenkeel.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

class InsteadTest {

    private final IllegalStateException failure = new IllegalStateException("first");

    @Test
    void aSourceWithoutAnErrorPasses() {
        StepVerifier.create(new Instead<>(Flux.range(0, 3), error -> Flux.just(9)))
                .expectNext(0, 1, 2)
                .verifyComplete();
    }

    @Test
    void anErrorForWhichThereIsNothingElsePasses() {
        StepVerifier.create(new Instead<>(Flux.<Integer>error(failure), error -> null))
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(failure));
    }

    @Test
    void theOtherSourceIsNotReplacedItself() {
        AtomicInteger asked = new AtomicInteger();

        StepVerifier.create(new Instead<>(Flux.<Integer>error(failure), error -> {
                    asked.incrementAndGet();
                    return Flux.error(new IllegalStateException("second"));
                }))
                .verifyErrorMessage("second");

        assertThat(asked).hasValue(1);
    }

    @Test
    void anErrorInTheChoiceIsToldWithTheOneThatLedToIt() {
        StepVerifier.create(new Instead<>(Flux.<Integer>error(failure), error -> {
                    throw new IllegalArgumentException("no choice");
                }))
                .verifyErrorSatisfies(
                        error -> assertThat(error).hasMessage("no choice").hasSuppressedException(failure));
    }

    @Test
    void theOtherSourceIsAskedForWhatTheFirstHasNotDelivered() {
        TestPublisher<Integer> first = TestPublisher.create();
        List<Long> asked = new ArrayList<>();
        Flux<Integer> second = Flux.range(10, 10).doOnRequest(asked::add);
        List<Integer> got = new ArrayList<>();
        BaseSubscriber<Integer> caller = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(3);
            }

            @Override
            protected void hookOnNext(Integer item) {
                got.add(item);
            }
        };
        new Instead<>(first.flux(), error -> second).subscribe(caller);

        first.next(1);
        first.error(failure);
        caller.request(1);

        assertThat(asked).containsExactly(2L, 1L);
        assertThat(got).containsExactly(1, 10, 11, 12);
    }

    @Test
    void aCancelReachesWhoeverIsTheSourceNow() {
        TestPublisher<Integer> first = TestPublisher.create();
        TestPublisher<Integer> second = TestPublisher.create();

        StepVerifier.create(new Instead<>(first.flux(), error -> second.flux()))
                .then(() -> first.error(failure))
                .then(second::assertWasSubscribed)
                .thenCancel()
                .verify();

        second.assertWasCancelled();
        first.assertWasNotCancelled();
    }

    @Test
    void whatIsFoundAfterACancelIsCancelledAtOnce() {
        TestPublisher<Integer> first = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
        TestPublisher<Integer> second = TestPublisher.create();

        StepVerifier.create(new Instead<>(first.flux(), error -> second.flux()))
                .thenCancel()
                .verify();
        first.error(failure);

        second.assertWasCancelled();
        second.assertWasNotRequested();
    }
}
