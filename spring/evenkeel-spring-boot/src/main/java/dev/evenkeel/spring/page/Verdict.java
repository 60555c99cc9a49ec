package dev.evenkeel.spring.page;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.HealthSnapshot.Node;
import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.HealthSnapshot.State;
import dev.evenkeel.HealthStatus;
import dev.evenkeel.PoolMetrics;
import java.util.List;
import java.util.stream.Collectors;

/** A snapshot in one sentence: first what is served, then what is wrong. */
final class Verdict {

    private Verdict() {}

    static String of(HealthSnapshot snapshot) {
        List<Node> nodes = snapshot.nodes();
        List<Node> troubled =
                nodes.stream().filter(node -> node.state() != State.UP).toList();
        if (nodes.stream().allMatch(node -> node.state() == State.DOWN)) {
            return "Nothing is served: no server answers.";
        }
        if (nodes.stream().noneMatch(node -> node.role() == Role.PRIMARY && node.state() == State.UP)) {
            return "Writes wait: there is no primary. Reads go on.";
        }
        if (!troubled.isEmpty()) {
            return "Reads and writes are served, but %s.".formatted(list(troubled));
        }
        if (snapshot.checks().schemaIntegrity().status() != HealthStatus.HEALTHY) {
            return "Reads and writes are served, but the schema is not as it should be: %s."
                    .formatted(snapshot.checks().schemaIntegrity().reason());
        }
        PoolMetrics pools = snapshot.checks().performanceMetrics().connectionPoolStatus();
        if (pools.waiting() > 0) {
            return "Reads and writes are served, but callers wait for connections: %d now.".formatted(pools.waiting());
        }
        long replicas =
                nodes.stream().filter(node -> node.role() == Role.REPLICA).count();
        return "All is well: the primary takes writes%s.".formatted(serving(replicas));
    }

    private static String serving(long replicas) {
        return replicas == 0
                ? ""
                : replicas == 1 ? ", and a replica serves reads" : ", and %d replicas serve reads".formatted(replicas);
    }

    /** The reasons are on the cards: a sentence has room for the names. */
    private static String list(List<Node> troubled) {
        return troubled.stream()
                .map(node -> node.name() + (node.state() == State.DOWN ? " does not answer" : " is limited"))
                .collect(Collectors.joining(", and "));
    }
}
