package dev.evenkeel.benchmarks;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * Begins the next operation when the last one has ended, as long as there is to be more. Its own class instead of Reactor's operators:
 * five of them around each operation would be a good part of what the fast ones cost.
 */
final class Caller implements CoreSubscriber<Boolean> {

    private final Mono<Boolean> operation;
    private final Executor home;
    private final BooleanSupplier more;
    private final Tally tally;
    private final Runnable done;

    /** An answer that is there at once must not begin the next operation further down the stack. */
    private final AtomicInteger turns = new AtomicInteger();

    private final Runnable answered = this::answered;
    private long begun;
    private boolean right;
    private @Nullable Throwable failure;

    /**
     * @param home where answers are taken
     * @param more asked after each answer
     * @param done told once, after the last answer
     */
    Caller(Mono<Boolean> operation, Executor home, BooleanSupplier more, Tally tally, Runnable done) {
        this.operation = operation;
        this.home = home;
        this.more = more;
        this.tally = tally;
        this.done = done;
    }

    void begin() {
        if (turns.getAndIncrement() == 0) {
            do {
                right = false;
                failure = null;
                begun = System.nanoTime();
                operation.subscribe(this);
            } while (turns.decrementAndGet() != 0);
        }
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Boolean answer) {
        right = answer;
    }

    @Override
    public void onError(Throwable error) {
        failure = error;
        home.execute(answered);
    }

    @Override
    public void onComplete() {
        home.execute(answered);
    }

    private void answered() {
        tally.ended(System.nanoTime() - begun, right, failure);
        if (more.getAsBoolean()) {
            begin();
        } else {
            done.run();
        }
    }
}
