package dev.evenkeel.node;

import dev.evenkeel.time.Bounded;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.client.TransactionStatus;
import io.r2dbc.spi.Result;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Makes a session clean behind one lease. An error means that it must be closed.
 *
 * <p>How this works: if nothing is on the wire and no transaction is open, which is what every orderly call leaves behind, there is
 * nothing to do and no round trip. What shows its end is waited for, a moment. Otherwise a plain {@code ROLLBACK} is queued
 * behind whatever runs; the driver's own rollback would look at a transaction status that is not up to date while anything is in
 * flight. If the answer does not come at once, the server is asked to cancel. The connection is clean only when both the rollback
 * and the cancel request are over, so that a late cancel cannot hit the next borrower; if that takes longer than the bound, an
 * error makes the pool close it. A COMMIT in flight is waited for, never cancelled. If the connection itself was lost with work on
 * it, or is broken off, the server is asked to stop that, too.
 *
 * @param cancelRequest asks the server to stop what runs on the session
 */
record CleanUp(DirectStatements direct, Traffic traffic, Mono<Void> cancelRequest, Scheduler timer) {

    static final String ROLLBACK = "ROLLBACK";

    /** Most leftovers are a few packets that are already on their way: a cancel request would cost more than waiting. */
    private static final Duration BEFORE_CANCEL = Duration.ofMillis(20);

    private static final Duration UNTIL_CLEAN = Duration.ofMillis(800);

    private PostgresqlConnection session() {
        return direct.connection();
    }

    static Mono<Void> rollback(PostgresqlConnection session) {
        return session.createStatement(ROLLBACK)
                .execute()
                .flatMap(Result::getRowsUpdated)
                .then();
    }

    /** With nothing on the wire. */
    Mono<Void> closeTransaction(boolean forReuse) {
        return direct.status() == TransactionStatus.IDLE || !forReuse
                ? Mono.empty()
                : rollback(session()).timeout(UNTIL_CLEAN, timer);
    }

    /** With something on the wire. A session that is not for reuse need not end clean. */
    Mono<Void> drain(boolean forReuse) {
        return traffic.mayFallQuiet() && forReuse ? await() : interrupt(BEFORE_CANCEL);
    }

    /**
     * With the session broken off: nothing is sent on it, which could get in front of what was being handed over. When its socket is
     * {@code closed} all of that has left, and it must have arrived at the server before the request to stop it.
     */
    Mono<Void> stop(Mono<Void> closed) {
        return closed.onErrorComplete()
                .then(Mono.delay(BEFORE_CANCEL, timer))
                .then(Mono.defer(() -> traffic.isUntouchable() ? Mono.empty() : cancelRequest))
                .timeout(UNTIL_CLEAN, timer);
    }

    private Mono<Void> await() {
        return Bounded.one(traffic.fallsQuiet(), BEFORE_CANCEL, timer, TimeoutException::new)
                .materialize()
                .flatMap(end -> end.isOnError() ? interrupt(Duration.ZERO) : closeTransaction(true));
    }

    /** A server that waits for a lock or computes does not notice that its client is gone: so also if ROLLBACK fails. */
    private Mono<Void> interrupt(Duration beforeCancel) {
        Mono<Void> rollback = rollback(session()).cache();
        Mono<Void> cancel = Mono.delay(beforeCancel, timer)
                .filter(late -> !traffic.isUntouchable())
                .repeatWhenEmpty(again -> again)
                .takeUntilOther(rollback.onErrorResume(lost -> Mono.never()))
                .flatMap(late -> cancelRequest.onErrorComplete());
        return Mono.whenDelayError(rollback, cancel).timeout(UNTIL_CLEAN, timer);
    }
}
