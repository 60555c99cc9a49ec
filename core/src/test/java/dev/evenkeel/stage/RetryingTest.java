package dev.evenkeel.stage;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.Deadline;
import dev.evenkeel.ReadConsistency;
import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.error.ConnectionLostException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.error.Phase;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.Listeners;
import dev.evenkeel.route.Intent;
import dev.evenkeel.route.Wish;
import dev.evenkeel.topology.Topology;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** What may be repeated when the budget is used up. */
class RetryingTest {

    private static final Wish READ = new Wish(Intent.READ, ReadConsistency.EVENTUAL, Duration.ofSeconds(1));

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final RetryBudget budget = new RetryBudget(0, time);
    private final Deque<RuntimeException> failures = new ArrayDeque<>();

    @BeforeEach
    void useUpTheBudget() {
        while (budget.take()) {}
    }

    @AfterEach
    void stop() {
        time.dispose();
    }

    private static Failure failure() {
        return Failure.of("08006", ErrorType.CONNECTION, "lost").retryable(true);
    }

    /** Fails with what is listed, and then succeeds; time enough for every wait goes by. */
    private StepVerifier.FirstStep<String> call(RuntimeException... listed) {
        failures.addAll(List.of(listed));
        Topology topology = new Topology(Map.of(), MonitoringConfig.defaults(), new DatabaseListener() {}, time);
        DatabaseConfig config =
                DatabaseConfig.builder().primary("r2dbc:postgresql://u@h/d").build();
        Parts parts = new Parts(
                config, new Gate(), budget, new Listeners(List.of()), topology, new Contacts(topology), Map.of(), time);
        Terms terms = new Terms(
                "read",
                READ,
                Phase.READING,
                Duration.ofMinutes(1),
                RetryPolicy.builder().baseDelay(Duration.ofMillis(10)).build());
        Call<String> call = new Call<>(
                terms, lease -> Flux.empty(), false, new Trace(), Deadline.NEVER, null, null, 0, false, null);
        return StepVerifier.create(new Retrying(parts).apply(call, new Outcome()));
    }

    private final class Outcome implements Next {

        @Override
        @SuppressWarnings("unchecked")
        public <T> Flux<T> proceed(Call<T> call) {
            return Flux.defer(() -> failures.isEmpty() ? Flux.just((T) "row") : Flux.error(failures.remove()));
        }
    }

    @Test
    void theFirstLossOfAConnectionIsNotCounted() {
        call(new ConnectionLostException(failure()))
                .then(() -> time.advanceTimeBy(Duration.ofMillis(50)))
                .expectNext("row")
                .verifyComplete();
    }

    @Test
    void theSecondOneIs() {
        call(new ConnectionLostException(failure()), new ConnectionLostException(failure()))
                .then(() -> time.advanceTimeBy(Duration.ofMillis(50)))
                .verifyError(ConnectionLostException.class);
    }

    @Test
    void aServerThatCannotBeReachedIsNotAskedAgain() {
        call(new NodeUnavailableException(failure()))
                .then(() -> time.advanceTimeBy(Duration.ofMillis(50)))
                .verifyError(NodeUnavailableException.class);
    }
}
