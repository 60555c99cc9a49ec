package dev.evenkeel.spring.transaction;

import dev.evenkeel.Deadline;
import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.DeadlineExceededException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.Phase;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcTimeoutException;
import java.time.Duration;
import java.util.Map;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What everything that is sent on one connection has in common: its errors are translated, and it ends by the deadline.
 *
 * @param errors names the connection
 * @param phase what an error may have left behind
 * @param deadline for all of it; {@link Deadline#NEVER} for none
 */
record Exchange(Errors errors, Phase phase, Deadline deadline) {

    /** The server stops a statement by itself at the deadline; whoever does not hear of that by then has lost it. */
    private static final Duration ANSWER = Duration.ofMillis(500);

    boolean isBounded() {
        return !deadline.equals(Deadline.NEVER);
    }

    Duration remaining() {
        return isBounded() ? Duration.ofNanos(Math.max(0, deadline.nanos() - System.nanoTime())) : deadline.allowed();
    }

    Exchange in(Phase next) {
        return new Exchange(errors, next, deadline);
    }

    <T> Flux<T> guard(Publisher<T> source) {
        Flux<T> translated = Flux.from(source).onErrorMap(error -> errors.translate(error, phase));
        return isBounded()
                ? translated.takeUntilOther(
                        Mono.defer(() -> Mono.delay(remaining().plus(ANSWER))).then(Mono.error(this::late)))
                : translated;
    }

    /** Before anything is sent: an error once the time is up. */
    <T> Flux<T> inTime(Flux<T> work) {
        return isBounded() ? Flux.defer(() -> remaining().isZero() ? Flux.error(late()) : work) : work;
    }

    private R2dbcException late() {
        if (phase == Phase.COMMITTING) {
            CommitOutcomeUnknownException doubt = new CommitOutcomeUnknownException(failure(
                    "COMMIT_UNKNOWN",
                    ErrorType.CONNECTION,
                    "COMMIT on %s was not answered within the transaction's %s; it goes on there",
                    "look whether the transaction's effects are there before you repeat it",
                    "look for a synchronous replica that is down"));
            return new R2dbcNonTransientResourceException(doubt.summary(), doubt);
        }
        DeadlineExceededException ours = new DeadlineExceededException(failure(
                "DEADLINE_EXCEEDED",
                ErrorType.PERFORMANCE,
                "The work on %s did not end within %s and was stopped",
                "give the transaction a longer timeout",
                "look at the plans of its statements and at who blocks them"));
        return new R2dbcTimeoutException(ours.summary(), ours);
    }

    private Failure failure(String code, ErrorType type, String message, String... remedies) {
        return Failure.of(code, type, message.formatted(errors.node(), deadline.allowed()), remedies)
                .with(Map.of("node", errors.node()))
                .in(errors.requestId());
    }
}
