package dev.evenkeel.monitoring.assembly;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.HealthSnapshot.Node;
import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.HealthSnapshot.State;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.error.DatabaseException;
import io.r2dbc.spi.Connection;
import java.util.Comparator;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Asks all servers that answer, one after the other, the primary first. */
record Nodes(ReactiveDatabaseManager db) {

    private static final Logger log = LoggerFactory.getLogger(Nodes.class);

    <T> Flux<T> each(BiFunction<String, Connection, Publisher<T>> question) {
        return answering().concatMap(node -> one(node.name(), question));
    }

    /**
     * The same as the latest snapshot has them, without a probe and a look at the schema: for questions that are asked every few
     * seconds.
     */
    <T> Flux<T> eachKnown(BiFunction<String, Connection, Publisher<T>> question) {
        return answering(db.health().next()).concatMap(node -> one(node.name(), question));
    }

    <T> Flux<T> primary(BiFunction<String, Connection, Publisher<T>> question) {
        return of(Role.PRIMARY, question);
    }

    <T> Flux<T> replicas(BiFunction<String, Connection, Publisher<T>> question) {
        return of(Role.REPLICA, question);
    }

    private <T> Flux<T> of(Role role, BiFunction<String, Connection, Publisher<T>> question) {
        return answering().filter(node -> node.role() == role).concatMap(node -> one(node.name(), question));
    }

    private Flux<Node> answering() {
        return answering(db.healthCheck());
    }

    private static Flux<Node> answering(Mono<HealthSnapshot> health) {
        return health.flatMapIterable(HealthSnapshot::nodes)
                .filter(node -> node.state() != State.DOWN)
                .sort(Comparator.comparing(node -> node.role() != Role.PRIMARY));
    }

    private <T> Flux<T> one(String node, BiFunction<String, Connection, Publisher<T>> question) {
        return db.inspect(node, connection -> question.apply(node, connection))
                .onErrorResume(DatabaseException.class, failed -> {
                    log.warn("{} is left out of the insight: {}", node, failed.getMessage());
                    return Flux.empty();
                });
    }
}
