package dev.evenkeel.spring.health;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.HealthSnapshot.Node;
import dev.evenkeel.spring.health.LatestSnapshot.Seen;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import reactor.core.publisher.Mono;

/**
 * Health of the database from the latest snapshot: it takes no connection and asks no server, so it answers at once when all
 * connections are in use, too.
 *
 * <p>{@code UP} as long as a server answers, so that reads can be served: during a failover nothing is gained by taking all instances
 * of the application away. The details say what is degraded. {@code DOWN} only after no server has answered for some time, because
 * a restart that is over in seconds must not either; {@code UP} again with the first answer. {@code UNKNOWN} before the first
 * snapshot.
 */
final class EvenkeelHealthIndicator implements ReactiveHealthIndicator {

    private final LatestSnapshot latest;
    private final Duration downAfter;
    private final Clock clock;

    EvenkeelHealthIndicator(LatestSnapshot latest, Duration downAfter, Clock clock) {
        this.latest = latest;
        this.downAfter = downAfter;
        this.clock = clock;
    }

    @Override
    public Mono<Health> health() {
        return Mono.fromSupplier(() -> of(latest.seen(), clock.instant()));
    }

    private Health of(Seen seen, Instant now) {
        HealthSnapshot snapshot = seen.snapshot();
        if (snapshot == null) {
            return Health.unknown().build();
        }
        boolean down = seen.unusableSince() != null && seen.unusableFor(now).compareTo(downAfter) >= 0;
        Health.Builder health = down ? Health.down() : Health.up();
        health.withDetail("database", snapshot.status())
                .withDetail("reason", snapshot.checks().connectivity().reason())
                .withDetail("schema", snapshot.checks().schemaIntegrity().reason())
                .withDetail("age", Duration.between(snapshot.timestamp(), now).toMillis() + " ms");
        Map<String, Object> nodes = new LinkedHashMap<>();
        snapshot.nodes().forEach(node -> nodes.put(node.name(), describe(node)));
        return health.withDetail("nodes", nodes).build();
    }

    private static Map<String, Object> describe(Node node) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("role", node.role());
        facts.put("state", node.state());
        facts.put("reason", node.reason());
        facts.put("pool", node.pool().toString());
        return facts;
    }
}
