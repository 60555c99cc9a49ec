package dev.evenkeel.spring.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.HealthSnapshot.Check;
import dev.evenkeel.HealthSnapshot.Checks;
import dev.evenkeel.HealthSnapshot.Node;
import dev.evenkeel.HealthSnapshot.Performance;
import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.HealthSnapshot.State;
import dev.evenkeel.HealthStatus;
import dev.evenkeel.PoolMetrics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One sentence says how things are. */
class VerdictTest {

    private static final Check FINE = new Check(HealthStatus.HEALTHY, "fine");

    private static Node node(String name, Role role, State state) {
        return new Node(name, role, state, 1, 0, Duration.ZERO, PoolMetrics.EMPTY, "why");
    }

    private static String verdict(Check schema, int waiting, Node... nodes) {
        Performance performance = new Performance(
                Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, new PoolMetrics(1, 0, waiting, 1));
        return Verdict.of(new HealthSnapshot(
                HealthStatus.HEALTHY, Instant.EPOCH, new Checks(FINE, schema, performance), List.of(nodes), List.of()));
    }

    @Test
    void itSaysFirstWhatIsServedAndThenWhatIsWrong() {
        Node primary = node("a", Role.PRIMARY, State.UP);
        Node replica = node("b", Role.REPLICA, State.UP);

        assertThat(verdict(FINE, 0, primary)).isEqualTo("All is well: the primary takes writes.");
        assertThat(verdict(FINE, 0, primary, replica))
                .isEqualTo("All is well: the primary takes writes, and a replica serves reads.");
        assertThat(verdict(
                        FINE, 0, primary, node("b", Role.UNKNOWN, State.DOWN), node("c", Role.REPLICA, State.LIMITED)))
                .isEqualTo("Reads and writes are served, but b does not answer, and c is limited.");
        assertThat(verdict(FINE, 3, primary)).contains("callers wait for connections: 3 now");
        assertThat(verdict(new Check(HealthStatus.DEGRADED, "a column is missing"), 0, primary))
                .endsWith("the schema is not as it should be: a column is missing.");
        assertThat(verdict(FINE, 0, node("a", Role.UNKNOWN, State.DOWN), replica))
                .startsWith("Writes wait");
        assertThat(verdict(FINE, 0, node("a", Role.PRIMARY, State.LIMITED), replica))
                .startsWith("Writes wait");
        assertThat(verdict(FINE, 0, node("a", Role.UNKNOWN, State.DOWN))).startsWith("Nothing is served");
    }
}
