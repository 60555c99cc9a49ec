package dev.evenkeel.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.error.LeaseMisuseException;
import io.r2dbc.spi.R2dbcBadGrammarException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

class TrafficTest {

    private final Traffic traffic = new Traffic();

    private Flux<String> tracked(Flux<String> source) {
        return new TrackedPublisher<>(source, traffic, Exchanges.Kind.STATEMENT);
    }

    @Test
    void isQuietBeforeAndAfterAnAnswer() {
        TestPublisher<String> exchange = TestPublisher.create();
        assertThat(traffic.quiet()).isTrue();

        StepVerifier.create(tracked(exchange.flux()))
                .then(() -> assertThat(traffic.quiet()).isFalse())
                .then(() -> exchange.emit("row"))
                .expectNext("row")
                .verifyComplete();

        assertThat(traffic.quiet()).isTrue();
    }

    /**
     * The event loop may answer two statements and come to the ROLLBACK while the thread that has handed over the first is still on
     * its way back: the session was broken off then.
     */
    @Test
    void whatIsAnsweredIsNotBeingHandedOverAnyMoreRegression() {
        List<Boolean> seen = new ArrayList<>();

        tracked(Flux.just("row").doOnSubscribe(subscription -> seen.add(traffic.isHandingOver())))
                .doOnNext(row -> seen.add(traffic.isHandingOver()))
                .doOnComplete(() -> seen.add(traffic.isHandingOver()))
                .blockLast();

        assertThat(seen).containsExactly(true, false, false);
        assertThat(traffic.isHandingOver()).isFalse();
    }

    @Test
    void isQuietAfterAnErrorOfTheServer() {
        StepVerifier.create(tracked(Flux.error(new R2dbcBadGrammarException("no such table", "42P01"))))
                .verifyError();

        assertThat(traffic.quiet()).isTrue();
    }

    @Test
    void isNotQuietAfterAnErrorOfTheReaderRegression() {
        StepVerifier.create(tracked(Flux.error(new IllegalStateException("a mapping"))))
                .verifyError(IllegalStateException.class);

        assertThat(traffic.quiet()).isFalse();
        assertThat(traffic.hasAbandoned()).isFalse();
    }

    @Test
    void isAloneWhileNothingElseMayBeUnderWay() {
        List<Boolean> seen = new ArrayList<>();
        Flux<String> looking = Flux.defer(() -> {
            seen.add(traffic.isAlone());
            return Flux.empty();
        });
        assertThat(traffic.isAlone()).isFalse();

        tracked(looking).blockLast();
        traffic.begin(Exchanges.Kind.STATEMENT);
        tracked(looking).blockLast();
        traffic.answered(Exchanges.Kind.STATEMENT);
        tracked(looking).blockLast();
        tracked(Flux.never()).subscribe().dispose();
        tracked(looking).blockLast();

        assertThat(seen).containsExactly(true, false, true, false);
    }

    @Test
    void isNeverAloneBesideSomebodyWhoHasTheDriversConnection() {
        traffic.goesOutOfSight();
        traffic.begin(Exchanges.Kind.STATEMENT);

        assertThat(traffic.isAlone()).isFalse();
    }

    @Test
    void isNeverQuietAgainAfterACancelWhateverIsAnsweredLater() {
        tracked(Flux.never()).subscribe().dispose();
        assertThat(traffic.quiet()).isFalse();

        StepVerifier.create(tracked(Flux.empty())).verifyComplete();
        assertThat(traffic.quiet()).isFalse();
    }

    @Test
    void refusesAnExchangeOfALeaseThatIsOver() {
        traffic.close();

        StepVerifier.create(tracked(Flux.just("row"))).verifyError(LeaseMisuseException.class);
    }

    @Test
    void showsACallerThatIsStillHandingItsStatementToTheDriver() {
        boolean[] seen = new boolean[1];
        Flux<String> source = Flux.defer(() -> {
            seen[0] = traffic.isHandingOver();
            return Flux.just("row");
        });

        StepVerifier.create(tracked(source)).expectNext("row").verifyComplete();

        assertThat(seen[0]).isTrue();
        assertThat(traffic.isHandingOver()).isFalse();
    }

    @Test
    void aSubscriberThatWasCancelledBeforeItSubscribedIsNeverHeardOfByTheDriver() {
        AtomicInteger heard = new AtomicInteger();
        Flux<String> source = Flux.defer(() -> {
            heard.incrementAndGet();
            return Flux.just("row");
        });

        StepVerifier.create(tracked(source), 0).thenCancel().verify();

        assertThat(heard).hasValue(0);
        assertThat(traffic.quiet()).isTrue();
    }

    /** Model: the server works off exchanges in order; the wire is quiet only when it has none left. */
    @Test
    void neverCallsABusyWireQuiet() {
        for (long seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            Traffic model = new Traffic();
            Deque<boolean[]> server = new ArrayDeque<>();
            for (int step = 0; step < 30; step++) {
                switch (random.nextInt(3)) {
                    case 0 -> {
                        model.begin(Exchanges.Kind.STATEMENT);
                        server.add(new boolean[1]);
                    }
                    case 1 -> {
                        boolean[] last = server.peekLast();
                        if (last != null && !last[0]) {
                            model.cancelled();
                            last[0] = true;
                        }
                    }
                    default -> {
                        boolean[] done = server.poll();
                        if (done != null && !done[0]) {
                            model.answered(Exchanges.Kind.STATEMENT);
                        }
                    }
                }
                if (model.quiet()) {
                    assertThat(server).as("seed %d, step %d", seed, step).isEmpty();
                }
            }
        }
    }

    @Test
    void fallsQuietWhenTheEndOfAllThatWasCancelledIsHeard() {
        traffic.reading(1);
        tracked(Flux.never()).subscribe().dispose();
        assertThat(traffic.mayFallQuiet()).as("its end is unknown").isFalse();
        traffic.awaits(1);
        assertThat(traffic.mayFallQuiet()).isTrue();

        StepVerifier.create(traffic.fallsQuiet())
                .then(() -> assertThat(traffic.quiet()).isFalse())
                .then(() -> traffic.heard(1))
                .verifyComplete();

        assertThat(traffic.quiet()).isTrue();
    }

    /** Whoever waited in vain would ask again and again, without a pause, whether it may be cancelled now. */
    @Test
    void nobodyWaitsForQuietWhileACommitMayBeRunning() {
        traffic.reading(1);
        assertThat(traffic.mayFallQuiet()).isTrue();

        traffic.begin(Exchanges.Kind.BOUNDARY);

        assertThat(traffic.mayFallQuiet()).isFalse();
    }
}
