package dev.evenkeel.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

class BoundedTest {

    private static final Duration LIMIT = Duration.ofSeconds(3);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

    private <T> Mono<T> one(Mono<T> source) {
        return Bounded.one(source, LIMIT, time, TimeoutException::new);
    }

    private <T> Flux<T> all(Flux<T> source) {
        return Bounded.all(source, LIMIT, time, TimeoutException::new);
    }

    @Test
    void whatEndsAtOnceNeedsNoTimer() {
        StepVerifier.create(one(Mono.just(1))).expectNext(1).verifyComplete();
        StepVerifier.create(one(Mono.empty())).verifyComplete();
        StepVerifier.create(all(Flux.range(0, 3))).expectNext(0, 1, 2).verifyComplete();
        StepVerifier.create(all(Flux.error(new IllegalStateException("own")))).verifyErrorMessage("own");

        assertThat(time.getScheduledTaskCount()).isZero();
    }

    @Test
    void whatComesInTimePasses() {
        TestPublisher<Integer> source = TestPublisher.create();

        StepVerifier.create(all(source.flux()))
                .then(() -> time.advanceTimeBy(LIMIT.minusMillis(1)))
                .then(() -> source.emit(1, 2))
                .expectNext(1, 2)
                .verifyComplete();
        time.advanceTimeBy(LIMIT);
        source.assertWasNotCancelled();
    }

    @Test
    void whatIsLateIsCancelled() {
        TestPublisher<Integer> source = TestPublisher.create();

        StepVerifier.create(all(source.flux()))
                .then(() -> source.next(1))
                .expectNext(1)
                .then(() -> time.advanceTimeBy(LIMIT))
                .verifyError(TimeoutException.class);
        source.assertWasCancelled();
        StepVerifier.create(one(Mono.never()))
                .then(() -> time.advanceTimeBy(LIMIT))
                .verifyError(TimeoutException.class);
    }

    @Test
    void oneThatHasEmittedIsNotLateAnyMore() {
        TestPublisher<Integer> source = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
        List<Integer> values = new ArrayList<>();

        one(Mono.fromDirect(source)).subscribe(values::add);
        source.next(1);
        time.advanceTimeBy(LIMIT);

        assertThat(values).containsExactly(1);
    }

    @Test
    void aValueThatIsLateIsDropped() {
        TestPublisher<Integer> source = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
        List<Object> dropped = new ArrayList<>();

        StepVerifier.create(one(Mono.fromDirect(source))
                        .contextWrite(
                                context -> context.put("reactor.onNextDropped.local", (Consumer<Object>) dropped::add)))
                .then(() -> time.advanceTimeBy(LIMIT))
                .then(() -> source.next(7))
                .verifyError(TimeoutException.class);
        assertThat(dropped).containsExactly(7);
    }

    @Test
    void noTimerOutlivesWhatItBounds() {
        ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);
        clock.setRemoveOnCancelPolicy(true);
        Scheduler real = Schedulers.fromExecutorService(clock);
        TestPublisher<Integer> left = TestPublisher.create();
        TestPublisher<Integer> ended = TestPublisher.create();

        Disposable leaving =
                Bounded.all(left.flux(), LIMIT, real, TimeoutException::new).subscribe();
        Bounded.one(ended.mono(), LIMIT, real, TimeoutException::new).subscribe();
        assertThat(clock.getQueue()).hasSize(2);
        leaving.dispose();
        ended.emit(1);

        left.assertWasCancelled();
        assertThat(clock.getQueue()).isEmpty();
        real.dispose();
        clock.shutdownNow();
    }

    /** An error beside a value would break the rules of the stream. */
    @Test
    void aLimitThatStrikesWhileAValueIsTakenWaitsForThat() throws InterruptedException {
        Sinks.Many<Integer> source = Sinks.many().unicast().onBackpressureBuffer();
        CountDownLatch taking = new CountDownLatch(1);
        CountDownLatch struck = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        List<String> seen = new ArrayList<>();
        all(source.asFlux())
                .subscribe(
                        value -> {
                            taking.countDown();
                            awaitOrFail(struck);
                            seen.add("value");
                        },
                        error -> {
                            seen.add(error.getClass().getSimpleName());
                            over.countDown();
                        });

        Schedulers.boundedElastic().schedule(() -> source.tryEmitNext(1));
        assertThat(taking.await(5, TimeUnit.SECONDS)).isTrue();
        time.advanceTimeBy(LIMIT);
        struck.countDown();

        assertThat(over.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(seen).containsExactly("value", "TimeoutException");
    }

    private static void awaitOrFail(CountDownLatch latch) {
        try {
            assertThat(latch.await(5, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aSourceMayEmitAndEndWhileItsValueIsTaken() {
        Publisher<Integer> onDemand = subscriber -> subscriber.onSubscribe(new Subscription() {
            private int next;

            @Override
            public void request(long count) {
                if (next < 3) {
                    subscriber.onNext(next++);
                } else {
                    subscriber.onComplete();
                }
            }

            @Override
            public void cancel() {}
        });
        List<String> seen = new ArrayList<>();
        all(Flux.from(onDemand)).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(1);
            }

            @Override
            protected void hookOnNext(Integer value) {
                seen.add(value.toString());
                request(1);
            }

            @Override
            protected void hookOnComplete() {
                seen.add("end");
            }
        });

        assertThat(seen).containsExactly("0", "1", "2", "end");
    }
}
