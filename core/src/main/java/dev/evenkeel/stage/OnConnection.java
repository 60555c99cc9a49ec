package dev.evenkeel.stage;

import dev.evenkeel.Deadline;
import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.Phase;
import dev.evenkeel.node.Lease;
import dev.evenkeel.time.Bounded;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/**
 * A statement on a connection that its caller holds. When its own limit strikes, the connection is busy with it until the
 * caller's lease ends and cleans it.
 */
record OnConnection(Connection connection, String label, Scheduler timer) {

    <T> Flux<T> run(@Nullable Duration limit, Function<Connection, Publisher<T>> work) {
        Flux<T> statement = Flux.defer(() -> work.apply(connection));
        Flux<T> limited = limit == null
                ? statement
                : Bounded.all(statement, limit, timer, () -> tooLate(Deadline.in(limit, timer)));
        return limited.onErrorMap(this::classify);
    }

    private Throwable tooLate(Deadline deadline) {
        return connection instanceof Lease lease
                ? TimeLimit.exceeded(label, deadline, lease)
                : new TimeoutException("no answer within " + deadline.allowed());
    }

    private Throwable classify(Throwable error) {
        return connection instanceof Lease lease
                ? FailureClassifier.classify(error, lease.phase(), lease.node(), lease.requestId())
                : FailureClassifier.classify(error, Phase.AUTOCOMMIT, "a foreign connection", "-");
    }
}
