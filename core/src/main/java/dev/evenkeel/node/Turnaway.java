package dev.evenkeel.node;

import dev.evenkeel.PoolMetrics;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.error.PoolExhaustedException;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a caller is told who gets no connection from a pool: how it stands there, and what helps. */
record Turnaway(NodePool pool, Supplier<String> requestId) implements Admission.Refusals {

    /** Sooner than this the queue will hardly be shorter; also the least that HTTP can express. */
    private static final Duration LEAST_WAIT = Duration.ofSeconds(1);

    @Override
    public Throwable queueFull(Duration oldestWait) {
        return refused(
                "POOL_EXHAUSTED",
                "Too many calls wait for a connection to %s, the first of them for %d ms"
                        .formatted(pool.name(), oldestWait.toMillis()),
                oldestWait,
                null);
    }

    @Override
    public Throwable queueStands(Duration waited) {
        return refused(
                "POOL_OVERLOADED",
                "More calls arrive at %s than it can serve: this one has waited for %d ms and was sent away, so that others need not wait as long"
                        .formatted(pool.name(), waited.toMillis()),
                waited,
                null);
    }

    /** Without any connection nobody holds one: it is the opening that lasts, and to hold connections for less would not help. */
    Throwable notInTime(Duration patience, @Nullable Throwable lastConnectFailure) {
        PoolMetrics state = pool.state();
        boolean none = pool.opened() == pool.closed();
        return none || (lastConnectFailure != null && state.active() + state.idle() == 0)
                ? notOpened(patience, lastConnectFailure)
                : refused(
                        "POOL_EXHAUSTED",
                        "No connection to %s became free within %s".formatted(pool.name(), patience),
                        patience,
                        lastConnectFailure);
    }

    private NodeUnavailableException notOpened(Duration patience, @Nullable Throwable lastConnectFailure) {
        return new NodeUnavailableException(Failure.of(
                        "CONNECT_FAILED",
                        ErrorType.CONNECTION,
                        "No connection to %s could be opened within %s: %s"
                                .formatted(
                                        pool.name(),
                                        patience,
                                        lastConnectFailure == null
                                                ? "no attempt has come to an end yet"
                                                : lastConnectFailure.getMessage()),
                        "check that the server runs and that host and port are those of '%s'"
                                .formatted(pool.node().setting()))
                .with(Map.of("node", pool.name()))
                .retryable(true)
                .in(requestId.get())
                .causedBy(lastConnectFailure));
    }

    private PoolExhaustedException refused(String code, String what, Duration queueAge, @Nullable Throwable cause) {
        PoolMetrics state = pool.state();
        Duration retryAfter = queueAge.compareTo(LEAST_WAIT) > 0 ? queueAge : LEAST_WAIT;
        Failure failure = Failure.of(
                        code,
                        ErrorType.PERFORMANCE,
                        "%s (%s)".formatted(what, state),
                        "hold connections for a shorter time: no waiting for other services inside a transaction",
                        "look for slow statements",
                        "raise pool.maxSize if the server has cores to spare",
                        "come back after %d s at the earliest".formatted(retryAfter.toSeconds()))
                .with(Map.of(
                        "node", pool.name(),
                        "active", String.valueOf(state.active()),
                        "waiting", String.valueOf(state.waiting()),
                        "max", String.valueOf(state.max()),
                        "queueAgeMillis", String.valueOf(queueAge.toMillis())))
                .retryable(true)
                .in(requestId.get())
                .causedBy(cause);
        return new PoolExhaustedException(failure, queueAge, retryAfter);
    }
}
