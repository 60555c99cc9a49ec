package dev.evenkeel.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.r2dbc.spi.R2dbcNonTransientResourceException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

class CreationsTest {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final Creations<String> creations = new Creations<>(time);
    private final Deque<Sinks.One<String>> attempts = new ArrayDeque<>();
    private final List<String> heard = new ArrayList<>();

    @AfterEach
    void stop() {
        time.dispose();
    }

    private void ask() {
        Mono<String> attempt = Mono.defer(() -> {
            Sinks.One<String> answer = Sinks.one();
            attempts.add(answer);
            return answer.asMono();
        });
        creations.open(attempt).subscribe(heard::add, error -> heard.add("failed"));
    }

    private void fail(String sqlState) {
        attempts.remove().tryEmitError(new R2dbcNonTransientResourceException("no", sqlState));
    }

    @Test
    void opensAFewAtATime() {
        for (int i = 0; i < 2 * Creations.AT_ONCE; i++) {
            ask();
        }
        assertThat(attempts).hasSize(Creations.AT_ONCE);

        attempts.remove().tryEmitValue("opened");

        assertThat(heard).containsExactly("opened");
        assertThat(attempts).hasSize(Creations.AT_ONCE);
    }

    @Test
    void waitsAfterAFailureAndLongerAfterEachFurtherOne() {
        List<Integer> waits = new ArrayList<>();
        for (int round = 0; round < 8; round++) {
            ask();
            int waited = 0;
            while (attempts.isEmpty()) {
                time.advanceTimeBy(Duration.ofMillis(1));
                waited++;
            }
            waits.add(waited);
            fail("08001");
        }

        assertThat(waits.get(0)).isZero();
        assertThat(waits.get(1)).isBetween(25, 51);
        assertThat(waits.get(2)).isBetween(50, 101);
        assertThat(waits.get(7)).isBetween(500, (int) LONGEST_WAIT.toMillis() + 1);
    }

    @Test
    void goesOnAtOnceWhenTheServerIsKnownToBeBack() {
        for (int i = 0; i < 6; i++) {
            ask();
            time.advanceTimeBy(LONGEST_WAIT);
            fail("08001");
        }
        ask();
        assertThat(attempts).isEmpty();

        creations.encourage();

        assertThat(attempts).hasSize(1);
    }

    @Test
    void countsAsSaturatedForAWhileWhenTheServerSaysThatItHasTooManyConnections() {
        ask();
        fail("53300");
        assertThat(creations.isSaturated()).isTrue();

        time.advanceTimeBy(LONGEST_WAIT);
        assertThat(creations.isSaturated()).isFalse();

        ask();
        fail("08001");
        assertThat(creations.isSaturated()).isFalse();
    }
}
