package dev.evenkeel.lane;

import io.r2dbc.postgresql.message.backend.BackendMessage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/** What the server sends on a lane, asked for a good piece ahead; while paused the network holds it back. */
final class Answers implements CoreSubscriber<BackendMessage> {

    private final Lane lane;
    private final int ahead;
    private @Nullable Subscription upstream;
    private int handled;
    private volatile boolean paused;

    Answers(Lane lane, int ahead) {
        this.lane = lane;
        this.ahead = ahead;
    }

    boolean isPaused() {
        return paused;
    }

    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
        askForMore();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        upstream = subscription;
        subscription.request(ahead);
    }

    @Override
    public void onNext(BackendMessage message) {
        handled++;
        try {
            lane.receive(message);
        } catch (RuntimeException unexpected) {
            lane.broke(unexpected);
            lane.sever();
            return;
        }
        if (handled >= ahead / 2) {
            askForMore();
        }
    }

    private void askForMore() {
        Subscription source = upstream;
        if (!paused && handled > 0 && source != null) {
            int count = handled;
            handled = 0;
            source.request(count);
        }
    }

    @Override
    public void onError(Throwable error) {
        lane.broke(error);
    }

    @Override
    public void onComplete() {
        lane.broke(new IOException("the session has ended"));
    }
}
