package dev.evenkeel.assembly;

import dev.evenkeel.CallContext;
import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.Deadline;
import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.error.Phase;
import dev.evenkeel.node.Opening;
import dev.evenkeel.node.Session;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
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
            return Flux.usingWhen(
                            opening.openForLong(),
                            session -> named(session).thenMany(Flux.defer(() -> work.apply(session.connection()))),
                            session -> session.end(GOODBYE))
                    .takeUntilOther(Mono.delay(deadline.remaining(timer), timer)
                            .then(Mono.error(() -> new TimeoutException("no answer within " + deadline.allowed()))))
                    .onErrorMap(error -> FailureClassifier.classify(error, Phase.READING, node, "-"));
        });
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
