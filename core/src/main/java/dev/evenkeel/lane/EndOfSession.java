package dev.evenkeel.lane;

import io.r2dbc.postgresql.message.backend.BackendMessage;
import java.io.IOException;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/** Learns from the driver that the session has ended, and why. */
final class EndOfSession implements CoreSubscriber<BackendMessage> {

    private final Lane lane;

    EndOfSession(Lane lane) {
        this.lane = lane;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    /** What the driver gets although nobody asked, such as a changed setting; it has taken note. */
    @Override
    public void onNext(BackendMessage message) {}

    @Override
    public void onError(Throwable error) {
        lane.broke(error);
    }

    @Override
    public void onComplete() {
        lane.broke(new IOException("the session has ended"));
    }
}
