package dev.evenkeel.stage;

import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.route.Intent;
import dev.evenkeel.topology.WriteHorizon;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Tells the listeners of each call, exactly once, and the horizon of each that may have written. */
final class Recording implements Step {

    private final DatabaseListener listener;
    private final WriteHorizon horizon;

    Recording(DatabaseListener listener, WriteHorizon horizon) {
        this.listener = listener;
        this.horizon = horizon;
    }

    @Override
    public <T> Flux<T> apply(Call<T> call, Next next) {
        return next.proceed(call)
                .doOnNext(row -> call.trace().row())
                .doOnComplete(() -> end(call, Outcome.SUCCEEDED, null))
                .doOnError(error -> end(call, Outcome.FAILED, error))
                .doOnCancel(() -> end(call, Outcome.CANCELLED, null));
    }

    private void end(Call<?> call, Outcome outcome, @Nullable Throwable error) {
        if (!call.trace().end()) {
            return;
        }
        if (call.terms().wish().intent() == Intent.WRITE) {
            horizon.wrote(System.nanoTime());
        }
        listener.onCallCompleted(call.trace().completed(call.terms().label(), outcome, error));
    }
}
