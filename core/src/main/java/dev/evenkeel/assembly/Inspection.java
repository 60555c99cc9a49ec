package dev.evenkeel.assembly;

import dev.evenkeel.CallContext;
import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.Deadline;
import dev.evenkeel.error.DeadlineExceededException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.error.Phase;
import dev.evenkeel.node.Opening;
import dev.evenkeel.node.Session;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Sessions for looking after a server. They have nothing to do with the pools, so that a saturated pool can be looked into, and
 * say so in {@code pg_stat_activity}.
 */
record Inspection(DatabaseConfig config, Map<String, Opening> openings, Scheduler timer) {

    private static final Duration GOODBYE = Duration.ofSeconds(1);
    private static final String SUFFIX = ":inspect";
    private static final int LONGEST_NAME = 63;

    <T> Flux<T> of(String node, Function<? super Connection, ? extends Publisher<T>> work) {
        Opening opening = openings.get(node);
        if (opening == null) {
            return Flux.error(InvalidConfigurationException.of(
                    "node", node, "one of " + openings.keySet(), "name a node as the health snapshots do"));
        }
        return Flux.deferContextual(context -> {
            Deadline own = Deadline.in(config.callTimeout(), timer);
            Deadline deadline = CallContext.deadline(context).map(own::earlier).orElse(own);
            Mono<Session> inTime = opened(opening, node)
                    .timeout(deadline.remaining(timer), Mono.error(() -> late(node, deadline)), timer);
            return Flux.usingWhen(
                            inTime,
                            session -> asked(session, work)
                                    .takeUntilOther(Mono.delay(deadline.remaining(timer), timer)
                                            .then(Mono.error(() -> late(node, deadline)))),
                            session -> session.end(GOODBYE),
                            (session, error) -> error instanceof DeadlineExceededException
                                    ? session.stop(GOODBYE)
                                    : session.end(GOODBYE),
                            session -> session.stop(GOODBYE))
                    .onErrorMap(error -> FailureClassifier.classify(error, Phase.READING, node, "-"));
        });
    }

    private <T> Flux<T> asked(Session session, Function<? super Connection, ? extends Publisher<T>> work) {
        return named(session).thenMany(Flux.defer(() -> work.apply(session.connection())));
    }

    /** Before anything is asked: a server that is not there or does not answer is a failure to connect. */
    private static Mono<Session> opened(Opening opening, String node) {
        return opening.openForLong()
                .onErrorMap(error -> FailureClassifier.classify(error, Phase.CONNECTING, node, "-"));
    }

    private static DeadlineExceededException late(String node, Deadline deadline) {
        return new DeadlineExceededException(Failure.of(
                        "DEADLINE_EXCEEDED",
                        ErrorType.PERFORMANCE,
                        "The inspection of %s did not end within %s and was stopped"
                                .formatted(node, deadline.allowed()),
                        "give it longer: CallContext.timeout(...) in its Reactor Context, or a longer callTimeout",
                        "look whether that server is busy or hangs")
                .with(Map.of("node", node)));
    }

    private Mono<Void> named(Session session) {
        String name = config.applicationName();
        String cut = name.substring(0, Math.min(name.length(), LONGEST_NAME - SUFFIX.length()));
        return session.connection()
                .createStatement("select set_config('application_name', $1, false)")
                .bind("$1", cut + SUFFIX)
                .execute()
                .flatMap(result -> result.map((row, metadata) -> 1))
                .then();
    }
}
