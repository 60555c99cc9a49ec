package dev.evenkeel.migrations.backfill;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.HealthSnapshot.Node;
import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.HealthSnapshot.State;
import dev.evenkeel.ReactiveDatabaseManager;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import reactor.core.publisher.Mono;

/** Looks whether a replica is too far behind. Each look asks all nodes, so there is one a second at most. */
final class ReplicaLag {

    static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final ReactiveDatabaseManager database;
    private final Duration bound;
    private long lookedNanos = System.nanoTime() - BETWEEN_LOOKS.toNanos();

    ReplicaLag(ReactiveDatabaseManager database, Duration bound) {
        this.database = database;
        this.bound = bound;
    }

    /** Emits which replica is how far behind; empty when none is, or when that was so a moment ago. */
    Mono<String> excess() {
        long now = System.nanoTime();
        if (database.config().nodes().size() == 1 || now - lookedNanos < BETWEEN_LOOKS.toNanos()) {
            return Mono.empty();
        }
        return database.healthCheck()
                .flatMap(health -> Mono.justOrEmpty(excess(health)))
                .switchIfEmpty(noted(now));
    }

    private Mono<String> noted(long nanos) {
        return Mono.fromRunnable(() -> lookedNanos = nanos);
    }

    /** Of one that is down nobody knows when it comes back. */
    private Optional<String> excess(HealthSnapshot health) {
        return health.nodes().stream()
                .filter(node -> node.role() == Role.REPLICA && node.state() != State.DOWN)
                .filter(node -> node.lag().compareTo(bound) > 0)
                .max(Comparator.comparing(Node::lag))
                .map(node -> "replica %s is %d ms behind, more than %d ms"
                        .formatted(node.name(), node.lag().toMillis(), bound.toMillis()));
    }
}
