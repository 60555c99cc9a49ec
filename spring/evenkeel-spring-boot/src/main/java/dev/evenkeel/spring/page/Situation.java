package dev.evenkeel.spring.page;

import dev.evenkeel.HealthSnapshot;
import java.util.List;

/**
 * The verdict and the cards. Immutable.
 *
 * @param status as {@link dev.evenkeel.HealthStatus} names it
 * @param verdict one sentence
 * @param advice what to do, the most urgent first
 * @param schema what the migrations say about the schema
 */
record Situation(String status, String verdict, List<String> advice, String schema, List<Card> nodes) {

    Situation {
        advice = List.copyOf(advice);
        nodes = List.copyOf(nodes);
    }

    static Situation of(HealthSnapshot snapshot) {
        return new Situation(
                snapshot.status().name(),
                Verdict.of(snapshot),
                snapshot.recommendations(),
                snapshot.checks().schemaIntegrity().reason(),
                snapshot.nodes().stream().map(Card::of).toList());
    }

    /**
     * One server.
     *
     * @param why the state in words
     * @param lag milliseconds
     */
    record Card(
            String name,
            String role,
            String state,
            String why,
            long timeline,
            long lagBytes,
            double lag,
            int inUse,
            int idle,
            int waiting,
            int most) {

        static Card of(HealthSnapshot.Node node) {
            return new Card(
                    node.name(),
                    node.role().name(),
                    node.state().name(),
                    node.reason(),
                    node.timeline(),
                    node.lagBytes(),
                    Millis.of(node.lag()),
                    node.pool().active(),
                    node.pool().idle(),
                    node.pool().waiting(),
                    node.pool().max());
        }
    }
}
