package dev.evenkeel.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class AdmissionTest {

    private static final int PLACES = 2;
    private static final int QUEUE = 3;
    private static final Duration TARGET = Duration.ofMillis(50);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final AtomicInteger places = new AtomicInteger(PLACES);
    private final Admission<String> admission = new Admission<>(places::get, QUEUE, new ControlledDelay(TARGET), time);
    private final List<String> heard = new ArrayList<>();

    private final Admission.Refusals refusals = new Admission.Refusals() {
        @Override
        public Throwable queueFull(Duration oldestWait) {
            return new IllegalStateException("full, the first waits for " + oldestWait.toMillis() + " ms");
        }

        @Override
        public Throwable queueStands(Duration waited) {
            return new IllegalStateException("sent away after " + waited.toMillis() + " ms");
        }
    };

    @AfterEach
    void stop() {
        time.dispose();
    }

    /** What the caller hears is his name and what became of him. */
    private Disposable arrive(String name, Mono<String> source) {
        return admission
                .admit(source, refusals)
                .subscribe(
                        value -> heard.add(name + ": " + value), error -> heard.add(name + ": " + error.getMessage()));
    }

    private Disposable arrive(String name) {
        return arrive(name, Mono.just("in"));
    }

    @Test
    void letsAsManyThroughAsThereArePlacesAndTheOthersInTheOrderOfTheirArrival() {
        for (String name : List.of("a", "b", "c", "d")) {
            arrive(name);
        }
        assertThat(heard).containsExactly("a: in", "b: in");
        assertThat(admission.waiting()).isEqualTo(2);

        admission.leave();
        assertThat(heard).containsExactly("a: in", "b: in", "c: in");
        admission.leave();
        assertThat(heard).containsExactly("a: in", "b: in", "c: in", "d: in");
    }

    @Test
    void tellsWhoeverFindsTheQueueFullForHowLongTheFirstHasWaited() {
        for (int i = 0; i < PLACES + QUEUE; i++) {
            arrive("early");
            time.advanceTimeBy(Duration.ofMillis(1));
        }
        heard.clear();

        arrive("late");

        assertThat(heard).containsExactly("late: full, the first waits for 3 ms");
    }

    @Test
    void aPlaceIsFreeAgainWhenTheSourceFailsIsEmptyOrIsGivenUp() {
        arrive("fails", Mono.error(new IllegalStateException("failed")));
        arrive("empty", Mono.empty());
        arrive("gives up", Mono.never()).dispose();
        arrive("a");
        arrive("b");

        assertThat(heard).containsExactly("fails: failed", "a: in", "b: in");
    }

    @Test
    void whoeverGoesAwayWhileHeWaitsIsForgotten() {
        arrive("a");
        arrive("b");
        Disposable impatient = arrive("c");
        arrive("d");

        impatient.dispose();
        admission.leave();

        assertThat(heard).containsExactly("a: in", "b: in", "d: in");
        assertThat(admission.waiting()).isZero();
    }

    @Test
    void fewerPlacesLetNobodyThroughUntilEnoughHaveLeft() {
        arrive("a");
        arrive("b");
        places.set(1);
        arrive("c");

        admission.leave();
        assertThat(heard).doesNotContain("c: in");
        admission.leave();
        assertThat(heard).contains("c: in");
    }

    @Test
    void morePlacesAreSeenByTheNextWhoArrives() {
        places.set(1);
        arrive("a");
        arrive("b");
        places.set(3);

        arrive("c");

        assertThat(heard).containsExactly("a: in", "b: in", "c: in");
    }

    /** One has waited for an interval, another one has just come. */
    private void letTheQueueStand() {
        arrive("a");
        arrive("b");
        arrive("c");
        time.advanceTimeBy(TARGET.multipliedBy(2));
        admission.leave();
        arrive("old");
        time.advanceTimeBy(ControlledDelay.INTERVAL);
        arrive("young");
        heard.clear();
    }

    @Test
    void aStandingQueueIsCutBackToThoseWhoHaveNotWaitedForLong() {
        letTheQueueStand();

        admission.leave();

        assertThat(heard).containsExactly("old: sent away after 2000 ms", "young: in");
    }

    private void passOn(String value) {
        admission.passOn(value, new Relay()).run();
    }

    @Test
    void whatSomebodyLeavesGoesToWhoeverHasWaitedLongestAndIsStillThere() {
        arrive("a");
        arrive("b");
        Disposable impatient = arrive("c");
        arrive("d");
        arrive("e");
        impatient.dispose();

        passOn("left by a");

        assertThat(heard).containsExactly("a: in", "b: in", "d: left by a");
        assertThat(admission.waiting()).isEqualTo(1);
        admission.leave();
        assertThat(heard).contains("e: in");
    }

    @Test
    void whatSomebodyLeavesIsHisWhenNobodyWaits() {
        arrive("a");
        arrive("b");

        assertThat(admission.passOn("unwanted", new Relay())).isNull();

        admission.leave();
        arrive("c");
        assertThat(heard).containsExactly("a: in", "b: in", "c: in");
    }

    /** While the server takes no more connections there are as many places as connections, and the one that is left is none. */
    @Test
    void whatSomebodyLeavesIsPassedOnThoughThereAreFewerPlacesThanBefore() {
        arrive("a");
        arrive("b");
        places.set(1);
        arrive("c");

        passOn("left by a");

        assertThat(heard).containsExactly("a: in", "b: in", "c: left by a");
    }

    /** A server that takes more connections again, and nobody who arrives. */
    @Test
    void morePlacesAreSeenByWhoeverPassesOn() {
        places.set(1);
        for (String name : List.of("a", "b", "c", "d")) {
            arrive(name);
        }
        places.set(3);

        passOn("left by a");

        assertThat(heard).containsExactly("a: in", "b: left by a", "c: in", "d: in");
    }

    @Test
    void aStandingQueueIsCutBackBeforeSomethingIsPassedOnToo() {
        letTheQueueStand();

        passOn("left");

        assertThat(heard).containsExactly("old: sent away after 2000 ms", "young: left");
    }

    /** A call that needs its connection for nothing is over while it is given to it. */
    @Test
    void manyWhoPassItOnAtOnceDoNotPileUpTheStack() {
        int many = 100_000;
        Admission<String> one = new Admission<>(() -> 1, many, new ControlledDelay(TARGET), time);
        Relay relay = new Relay();
        AtomicInteger served = new AtomicInteger();
        one.admit(Mono.just("it"), refusals).subscribe();
        for (int i = 0; i < many; i++) {
            one.admit(Mono.never(), refusals).subscribe(value -> {
                served.incrementAndGet();
                Runnable next = one.passOn(value, relay);
                if (next != null) {
                    next.run();
                }
            });
        }

        one.passOn("it", relay).run();

        assertThat(served).hasValue(many);
    }

    /** A disposed pool fails everybody at once. */
    @Test
    void manyWhoFailAtOnceDoNotPileUpTheStack() {
        int many = 100_000;
        Admission<String> one = new Admission<>(() -> 1, many, new ControlledDelay(TARGET), time);
        AtomicInteger failed = new AtomicInteger();
        one.admit(Mono.just("in"), refusals).subscribe();
        for (int i = 0; i < many; i++) {
            one.admit(Mono.error(new IllegalStateException("closed")), refusals)
                    .subscribe(value -> {}, error -> failed.incrementAndGet());
        }

        one.leave();

        assertThat(failed).hasValue(many);
    }

    /** The pool takes back what is cancelled: it must not do so before the connection has an owner who hears of it. */
    @Test
    void aCancelDuringTheDeliveryReachesTheSourceAfterIt() {
        Sinks.One<String> source = Sinks.one();
        List<String> order = new ArrayList<>();
        AtomicReference<Disposable> caller = new AtomicReference<>();
        caller.set(admission
                .admit(source.asMono().doOnCancel(() -> order.add("the source hears of it")), refusals)
                .doOnNext(value -> {
                    caller.get().dispose();
                    order.add("delivered");
                })
                .subscribe());

        source.tryEmitValue("in");

        assertThat(order).containsExactly("delivered", "the source hears of it");
    }

    /** Callers arrive, fail, give up at random moments, and leave, on several threads. */
    @Test
    void neverGivesAPlaceTwiceAndLosesNone() {
        int at = 5;
        Admission<Runnable> shared = new Admission<>(
                () -> at, Integer.MAX_VALUE, new ControlledDelay(Duration.ofDays(1)), Schedulers.parallel());
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Mono<Runnable> source = Mono.defer(() -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            AtomicBoolean out = new AtomicBoolean();
            Runnable exit = () -> inside.addAndGet(out.compareAndSet(false, true) ? -1 : 0);
            Random random = ThreadLocalRandom.current();
            Mono<Runnable> answer = random.nextInt(10) == 0
                    ? Mono.<Runnable>error(new IllegalStateException("failed"))
                    : Mono.just(exit);
            return Mono.delay(Duration.ofNanos(random.nextInt(200_000)))
                    .then(answer)
                    .doOnError(failure -> exit.run())
                    .doOnCancel(exit);
        });
        Mono<Runnable> caller = Mono.defer(() -> shared.admit(source, refusals)
                .doOnNext(exit -> {
                    Runnable next = ThreadLocalRandom.current().nextBoolean() ? shared.passOn(exit, new Relay()) : null;
                    if (next == null) {
                        exit.run();
                        shared.leave();
                    } else {
                        next.run();
                    }
                })
                .timeout(Duration.ofNanos(ThreadLocalRandom.current().nextInt(2_000_000)))
                .onErrorComplete());

        StepVerifier.create(Flux.range(0, 20_000)
                        .flatMap(i -> caller.subscribeOn(Schedulers.parallel()), 50)
                        .then())
                .expectComplete()
                .verify(Duration.ofSeconds(60));

        assertThat(most.get()).isLessThanOrEqualTo(at);
        assertThat(shared.waiting()).isZero();
        assertThat(Flux.range(0, at)
                        .flatMap(i -> shared.admit(Mono.<Runnable>just(() -> {}), refusals))
                        .count()
                        .block(Duration.ofSeconds(5)))
                .as("all places are free again")
                .isEqualTo(at);
    }
}
