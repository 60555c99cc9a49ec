package dev.evenkeel.stage;

import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.Phase;
import dev.evenkeel.flow.PassOn;
import dev.evenkeel.node.Lease;
import dev.evenkeel.time.Bounded;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
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
        Flux<T> bounded = Bounded.all(
                Flux.defer(() -> Flux.<T>from(call.work().on(lease))),
                call.deadline().remaining(timer),
                timer,
                () -> TimeLimit.exceeded(call.terms().label(), call.deadline(), lease));
        return new FluxOperator<>(bounded) {
            @Override
            public void subscribe(CoreSubscriber<? super T> actual) {
                source.subscribe(new Classified<>(actual, call, lease));
            }
        };
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

        /** What fails because the caller went away while the connection was delivered is nobody's error. */
        @Override
        public void onError(Throwable error) {
            if (lease.isAbandoned()) {
                return;
            }
            if (lease.phase() == Phase.AUTOCOMMIT) {
                call.trace().mayHaveTakenEffect();
            }
            super.onError(FailureClassifier.classify(error, lease.phase(), lease.node(), lease.requestId()));
        }
    }
}
