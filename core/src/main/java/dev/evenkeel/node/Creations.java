package dev.evenkeel.node;

import dev.evenkeel.error.SqlState;
import io.r2dbc.spi.R2dbcException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Opens connections to one server: {@value #AT_ONCE} at a time, and after failures not at once again, so that a server in
 * trouble is not stormed by those who want to help themselves. Thread-safe.
 */
final class Creations<T> {

    static final int AT_ONCE = 4;

    /** Doubled with each failure in a row; the wait is half of it to all of it, at random. */
    private static final Duration FIRST_WAIT = Duration.ofMillis(50);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private final Admission<T> gate;
    private final Scheduler timer;
    private final Sinks.Many<Boolean> news = Sinks.many().multicast().directBestEffort();
    private int failures;
    private long notBefore;
    private boolean saturated;

    Creations(Scheduler timer) {
        this.timer = timer;
        this.gate = new Admission<>(() -> AT_ONCE, Integer.MAX_VALUE, new ControlledDelay(Duration.ofDays(1)), timer);
        this.notBefore = now();
    }

    /** The attempt, when its turn has come. */
    Mono<T> open(Mono<T> attempt) {
        Mono<T> observed = attempt.doOnNext(opened -> succeeded()).doOnError(this::failed);
        return gate.admit(pause().then(observed), NobodyIsRefused.INSTANCE).doOnNext(opened -> gate.leave());
    }

    private Mono<Boolean> pause() {
        return Mono.defer(() -> {
            Duration wait = untilAllowed();
            return wait.isZero()
                    ? Mono.empty()
                    : Mono.firstWithSignal(
                            Mono.delay(wait, timer).thenReturn(true),
                            news.asFlux().next());
        });
    }

    private synchronized Duration untilAllowed() {
        return Duration.ofNanos(Math.max(0, notBefore - now()));
    }

    /** Whether the server has said a moment ago that it takes no more connections. */
    synchronized boolean isSaturated() {
        return saturated && notBefore - now() > 0;
    }

    /** The server is known to be there again. */
    void encourage() {
        succeeded();
        news.tryEmitNext(true);
    }

    private synchronized void succeeded() {
        failures = 0;
        saturated = false;
        notBefore = now();
    }

    private synchronized void failed(Throwable failure) {
        saturated = isSaturation(failure);
        double doubled = (double) FIRST_WAIT.toNanos() * Math.pow(2, failures++);
        double capped = Math.min(doubled, (double) LONGEST_WAIT.toNanos());
        notBefore = now()
                + (long) (capped * (0.5 + 0.5 * ThreadLocalRandom.current().nextDouble()));
    }

    static boolean isSaturation(Throwable failure) {
        return failure instanceof R2dbcException r2dbc
                && SqlState.of(r2dbc.getSqlState()) == SqlState.TOO_MANY_CONNECTIONS;
    }

    private long now() {
        return timer.now(TimeUnit.NANOSECONDS);
    }

    /** The callers are counted before they come here. */
    private enum NobodyIsRefused implements Admission.Refusals {
        INSTANCE;

        @Override
        public Throwable queueFull(Duration oldestWait) {
            return new IllegalStateException("more callers than there can be");
        }

        @Override
        public Throwable queueStands(Duration waited) {
            return queueFull(waited);
        }
    }
}
