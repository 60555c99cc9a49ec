package dev.evenkeel.tx;

import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.ConnectionLostException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.Phase;
import dev.evenkeel.node.Lease;
import dev.evenkeel.node.Severity;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Result;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** One attempt of a transaction that is to be applied exactly once: its marker, and what to do when COMMIT is in doubt. */
final class CommitGuard {

    /** An answer that takes longer is looked for elsewhere, while COMMIT goes on; at most half of the time that is left. */
    private static final Duration ANSWER = Duration.ofSeconds(2);

    private final Marker marker = Marker.next();
    private final AtomicReference<@Nullable Session> session = new AtomicReference<>();
    private final CommitOutcomes outcomes;
    private final Scheduler timer;

    CommitGuard(CommitOutcomes outcomes, String requestId, Scheduler timer) {
        this.outcomes = outcomes;
        this.timer = timer;
        outcomes.used(requestId, marker);
    }

    String marker() {
        return marker.insert();
    }

    /** Consumes a result of the message that began the transaction; the marker's own tells which session it is. */
    Publisher<Long> note(Result result) {
        return result.flatMap(segment -> {
            if (segment instanceof Result.RowSegment row) {
                session.set(read(row.row()));
            }
            return segment instanceof Result.Message message && Severity.isError(segment)
                    ? Mono.error(message.exception())
                    : Mono.empty();
        });
    }

    private static Session read(Readable row) {
        Integer pid = row.get(0, Integer.class);
        String xid = row.get(1, String.class);
        return new Session(pid == null ? 0 : pid, xid == null ? "" : xid);
    }

    /** Completes when the transaction has committed; an error that is safe to retry when it has not and never will. */
    Mono<Void> settle(Lease lease, Mono<Void> commit) {
        Duration left = lease.deadline().remaining(timer).dividedBy(2);
        return commit.timeout(left.compareTo(ANSWER) < 0 ? left : ANSWER, timer)
                .onErrorResume(error -> isInDoubt(error, lease) ? resolve(lease, error) : Mono.error(error));
    }

    private static boolean isInDoubt(Throwable error, Lease lease) {
        return error instanceof TimeoutException
                || FailureClassifier.classify(error, Phase.COMMITTING, lease.node(), lease.requestId())
                        instanceof CommitOutcomeUnknownException;
    }

    private Mono<Void> resolve(Lease lease, Throwable doubt) {
        return outcomes.committed(marker, session.get())
                .doOnNext(applied -> outcomes.resolved(lease, applied))
                .flatMap(applied -> applied ? Mono.empty() : Mono.error(notApplied(lease, doubt)));
    }

    private static ConnectionLostException notApplied(Lease lease, Throwable doubt) {
        return new ConnectionLostException(Failure.of(
                        "COMMIT_NOT_APPLIED",
                        ErrorType.CONNECTION,
                        "The answer to COMMIT on %s was lost, and the transaction has not been applied"
                                .formatted(lease.node()),
                        "repeat the call")
                .with(Map.of("node", lease.node()))
                .retryable(true)
                .causedBy(doubt)
                .in(lease.requestId()));
    }
}
