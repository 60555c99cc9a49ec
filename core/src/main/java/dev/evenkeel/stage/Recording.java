package dev.evenkeel.stage;

import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.flow.PassOn;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;

/** Tells the listeners of each call, exactly once, and its session what it has written or seen. */
final class Recording implements Step {

    private final DatabaseListener listener;
    private final Contacts contacts;

    Recording(DatabaseListener listener, Contacts contacts) {
        this.listener = listener;
        this.contacts = contacts;
    }

    @Override
    public <T> Flux<T> apply(Call<T> call, Next next) {
        return new Recorded<>(next.proceed(call), call, this);
    }

    private void end(Call<?> call, Outcome outcome, @Nullable Throwable error) {
        if (!call.trace().end()) {
            return;
        }
        String node = call.trace().node();
        if (node != null) {
            contacts.ended(call, node);
        }
        listener.onCallCompleted(call.trace().completed(call.terms(), outcome, error));
    }

    /** One operator instead of four {@code doOn...}, each of which costs every call an allocation and a hop. */
    private static final class Recorded<T> extends FluxOperator<T, T> {

        private final Call<T> call;
        private final Recording recording;

        Recorded(Flux<T> source, Call<T> call, Recording recording) {
            super(source);
            this.call = call;
            this.recording = recording;
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> actual) {
            source.subscribe(new Witness<>(actual, call, recording));
        }
    }

    private static final class Witness<T> extends PassOn<T, T> {

        private final Call<T> call;
        private final Recording recording;

        Witness(CoreSubscriber<? super T> actual, Call<T> call, Recording recording) {
            super(actual);
            this.call = call;
            this.recording = recording;
        }

        @Override
        public void onNext(T row) {
            call.trace().row();
            if (call.single()) {
                // It comes at the end, and whoever gets it may read again before he hears of that.
                recording.end(call, Outcome.SUCCEEDED, null);
            }
            actual.onNext(row);
        }

        @Override
        public void onComplete() {
            recording.end(call, Outcome.SUCCEEDED, null);
            super.onComplete();
        }

        @Override
        public void onError(Throwable error) {
            recording.end(call, Outcome.FAILED, error);
            super.onError(error);
        }

        @Override
        public void cancel() {
            recording.end(call, Outcome.CANCELLED, null);
            super.cancel();
        }
    }
}
