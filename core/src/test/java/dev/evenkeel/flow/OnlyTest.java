package dev.evenkeel.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

class OnlyTest {

    @Test
    void theItemComesWhenItsSourceHasEnded() {
        TestPublisher<Integer> source = TestPublisher.create();

        AtomicReference<Integer> got = new AtomicReference<>();
        Only.of(source.flux()).subscribe(got::set);

        source.next(1);
        assertThat(got).hasNullValue();
        source.complete();
        assertThat(got).hasValue(1);
    }

    @Test
    void nothingStaysNothing() {
        StepVerifier.create(Only.of(Flux.empty())).verifyComplete();
    }

    @Test
    void anItemBeforeAnErrorIsDiscarded() {
        StepVerifier.create(Only.of(Flux.just(1).concatWith(Flux.error(new IllegalStateException("late")))))
                .expectErrorMessage("late")
                .verifyThenAssertThat()
                .hasDiscarded(1);
    }

    @Test
    void aSecondItemIsAnErrorAndEndsTheSource() {
        TestPublisher<Integer> source = TestPublisher.create();

        StepVerifier.create(Only.of(source.flux()))
                .then(() -> source.next(1, 2))
                .expectError(IndexOutOfBoundsException.class)
                .verifyThenAssertThat()
                .hasDiscarded(2, 1);

        source.assertWasCancelled();
    }

    @Test
    void nothingIsAskedForBeforeItIsWanted() {
        TestPublisher<Integer> source = TestPublisher.create();

        StepVerifier.create(Only.of(source.flux()), 0)
                .then(source::assertWasNotRequested)
                .thenRequest(1)
                .then(() -> source.assertMinRequested(2))
                .then(() -> source.emit(7))
                .expectNext(7)
                .verifyComplete();
        assertThat(source.subscribeCount()).isOne();
    }
}
