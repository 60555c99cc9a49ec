package dev.evenkeel.stage;

import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.Phase;
import dev.evenkeel.flow.PassOn;
import dev.evenkeel.node.Lease;
import dev.evenkeel.time.Bounded;
import java.util.Map;
import java.util.Objects;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
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
        Flux<T> work = new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                begin(call, lease, new Classified<>(actual, call, lease));
            }
        };
        return Bounded.all(work, call.deadline().remaining(timer), timer, () -> exceeded(call, lease));
    }

    private static <T> void begin(Call<T> call, Lease lease, CoreSubscriber<T> reader) {
        Publisher<? extends T> source;
        try {
            source = Objects.requireNonNull(
                    call.work().on(lease), "the function returned null: return Mono.empty() when there is no value");
        } catch (Throwable refused) {
            Exceptions.throwIfFatal(refused);
            Operators.error(reader, refused);
            return;
        }
        source.subscribe(reader);
    }

    private static Throwable exceeded(Call<?> call, Lease lease) {
        failed(call, lease);
        return TimeLimit.exceeded(call.terms().label(), call.deadline(), lease);
    }

    private static void failed(Call<?> call, Lease lease) {
        if (mayBeDurable(lease) || lease.phase() == Phase.AUTOCOMMIT) {
            call.trace().mayHaveTakenEffect();
        }
    }

    private static boolean mayBeDurable(Lease lease) {
        return lease.phase() == Phase.COMMITTING && lease.isCommitting();
    }

    /** An error of something else that the function did beside or behind its last statement. */
    private static Throwable notToBeRepeated(Throwable error, Lease lease) {
        return error instanceof DatabaseException failure && failure.safeToRetry()
                ? new CommitOutcomeUnknownException(Failure.of(
                                "COMMIT_UNKNOWN",
                                ErrorType.QUERY,
                                "The function failed on %s when its transaction had been committed, or was about to be, with its last statement: %s"
                                        .formatted(lease.node(), error.getMessage()),
                                "look whether the transaction's effects are there before you repeat it",
                                "let andCommit() be the end of the function")
                        .with(Map.of("node", lease.node()))
                        .causedBy(error)
                        .in(lease.requestId()))
                : error;
    }

    private static final class Classified<T> extends PassOn<T, T> {

        private final Call<T> call;
        private final Lease lease;

        Classified(CoreSubscriber<? super T> actual, Call<T> call, Lease lease) {
            super(actual);
            this.call = call;
            this.lease = lease;
        }

        @Override
        public void onNext(T item) {
            actual.onNext(item);
        }

        /** What fails because the caller went away while the connection was delivered is nobody's error, and no dropped one either. */
        @Override
        public void onError(Throwable error) {
            if (lease.isAbandoned()) {
                return;
            }
            failed(call, lease);
            Throwable known = FailureClassifier.classify(error, lease.phase(), lease.node(), lease.requestId());
            super.onError(mayBeDurable(lease) ? notToBeRepeated(known, lease) : known);
        }
    }
}
