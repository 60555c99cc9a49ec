package dev.evenkeel.stage;

import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.DeadlineExceededException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.Phase;
import dev.evenkeel.node.Lease;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Runs the work on its connection. The deadline strikes here, inside the lease, so that the caller hears of it only after
 * the connection was cleaned or closed.
 */
final class Running implements Step {

    private final Scheduler timer;

    Running(Scheduler timer) {
        this.timer = timer;
    }

    @Override
    public <T> Flux<T> apply(Call<T> call, Next next) {
        Lease lease = call.connection();
        String requestId = call.trace().requestId();
        return Flux.defer(() -> Flux.<T>from(call.work().on(lease)))
                .takeUntilOther(Mono.delay(call.deadline().remaining(timer), timer)
                        .then(Mono.error(() -> tooLate(call, lease))))
                .onErrorMap(e -> FailureClassifier.classify(e, lease.phase(), lease.node(), requestId));
    }

    private static DatabaseException tooLate(Call<?> call, Lease lease) {
        String requestId = call.trace().requestId();
        String allowed = call.deadline().allowed().toString();
        if (lease.phase() == Phase.COMMITTING) {
            return new CommitOutcomeUnknownException(Failure.of(
                            "COMMIT_UNKNOWN",
                            ErrorType.CONNECTION,
                            "COMMIT on %s was not answered within the call's %s; it goes on there"
                                    .formatted(lease.node(), allowed),
                            "look whether the transaction's effects are there before you repeat it",
                            "look for a synchronous replica that is down")
                    .with(Map.of("node", lease.node()))
                    .in(requestId));
        }
        return new DeadlineExceededException(Failure.of(
                        "DEADLINE_EXCEEDED",
                        ErrorType.PERFORMANCE,
                        "Call '%s' on %s did not end within %s and was stopped"
                                .formatted(call.terms().label(), lease.node(), allowed),
                        "give the call a longer timeout",
                        "look at the plans of its statements and at who blocks them")
                .with(Map.of("node", lease.node(), "label", call.terms().label()))
                .in(requestId));
    }
}
