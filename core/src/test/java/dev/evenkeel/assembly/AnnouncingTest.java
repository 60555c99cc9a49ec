package dev.evenkeel.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.CallContext;
import dev.evenkeel.event.AdministrativeAction;
import dev.evenkeel.event.AdministrativeAction.Ending;
import dev.evenkeel.event.DatabaseListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.subscriber.TestSubscriber;

/** How an administrative action ends is told once, whichever end it is. */
class AnnouncingTest {

    private final List<AdministrativeAction> told = new ArrayList<>();
    private final Announcing announcing = new Announcing(new DatabaseListener() {
        @Override
        public void onAdministrativeAction(AdministrativeAction event) {
            told.add(event);
        }
    });

    private void isToldOnce(boolean succeeded, String details) {
        assertThat(told).singleElement().satisfies(action -> {
            assertThat(action.what()).isEqualTo("migrate");
            assertThat(action.subject()).isEqualTo("V1");
            assertThat(action.by()).isEqualTo("alice");
            assertThat(action.succeeded()).isEqualTo(succeeded);
            assertThat(action.details()).isEqualTo(details);
        });
    }

    private <T> Flux<T> all(Flux<T> action) {
        return announcing.all("migrate", "V1", action).contextWrite(CallContext.principal("alice"));
    }

    private Mono<String> one(Mono<String> action, Optional<Ending> ending) {
        return announcing.one("migrate", "V1", action, done -> ending).contextWrite(CallContext.principal("alice"));
    }

    @Test
    void whatCompletesIsDone() {
        StepVerifier.create(all(Flux.just(1, 2))).expectNext(1, 2).verifyComplete();

        isToldOnce(true, "");
        assertThat(told.get(0).took()).isLessThan(Duration.ofMinutes(1));
    }

    @Test
    void whatErrorsIsNotDoneAndTheClassOfTheErrorIsTold() {
        StepVerifier.create(all(Flux.error(new IllegalStateException("a secret"))))
                .verifyError(IllegalStateException.class);

        isToldOnce(false, "IllegalStateException");
    }

    @Test
    void whatIsLeftInTheMiddleIsNotDone() {
        StepVerifier.create(all(Flux.concat(Flux.just(1), Flux.never())))
                .expectNext(1)
                .thenCancel()
                .verify();

        isToldOnce(false, "CancellationException");
    }

    @Test
    void aCancelAfterTheEndIsNoSecondEnd() {
        TestSubscriber<Integer> subscriber = TestSubscriber.create();
        all(Flux.just(1)).subscribe(subscriber);
        subscriber.cancel();

        assertThat(subscriber.isTerminatedComplete()).isTrue();
        isToldOnce(true, "");
    }

    @Test
    void eachSubscriptionIsAnActionOfItsOwn() {
        Flux<Integer> action = announcing.all("migrate", "V1", Mono.just(1));
        StepVerifier.create(action).expectNext(1).verifyComplete();
        StepVerifier.create(action).expectNext(1).verifyComplete();

        assertThat(told).hasSize(2).allSatisfy(each -> assertThat(each.by()).isEqualTo("-"));
    }

    @Test
    void aResultCanSayItselfHowItEnded() {
        StepVerifier.create(one(Mono.just("refused"), Optional.of(new Ending(false, "not permitted"))))
                .expectNext("refused")
                .verifyComplete();

        isToldOnce(false, "not permitted");
    }

    @Test
    void nothingIsToldOfAResultThatSaysNothing_norOfNone() {
        StepVerifier.create(one(Mono.just("gone"), Optional.empty()))
                .expectNext("gone")
                .verifyComplete();
        StepVerifier.create(one(Mono.empty(), Optional.of(new Ending(true, ""))))
                .verifyComplete();

        assertThat(told).isEmpty();
    }

    @Test
    void aResultThatDoesNotComeIsNotDone() {
        StepVerifier.create(one(Mono.never(), Optional.of(new Ending(true, ""))))
                .thenCancel()
                .verify();
        isToldOnce(false, "CancellationException");

        told.clear();
        StepVerifier.create(one(Mono.error(new IllegalStateException()), Optional.of(new Ending(true, ""))))
                .verifyError();
        isToldOnce(false, "IllegalStateException");
    }
}
