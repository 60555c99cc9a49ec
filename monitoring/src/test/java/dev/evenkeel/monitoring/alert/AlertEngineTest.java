package dev.evenkeel.monitoring.alert;

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
import dev.evenkeel.monitoring.Alert;
import dev.evenkeel.monitoring.AlertConfig;
import dev.evenkeel.monitoring.Recommendation.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AlertEngineTest {

    private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
    private static final AlertConfig CONFIG = AlertConfig.defaults();

    private final List<Trouble> troubles = new ArrayList<>();
    private final AlertEngine engine = new AlertEngine(
            List.of(
                    new AlertRule("broken", Severity.INFO, Duration.ZERO, now -> {
                        throw new IllegalStateException("broken on purpose");
                    }),
                    new AlertRule("sore", Severity.WARNING, Duration.ofSeconds(10), now -> List.copyOf(troubles))),
            CONFIG);

    private List<String> at(int second) {
        return engine.observe(Duration.ofSeconds(second), NOON.plusSeconds(second), situation(Counts.NONE)).stream()
                .map(alert -> alert.object() + " " + alert.state())
                .toList();
    }

    private void hurts(String... objects) {
        troubles.clear();
        for (String object : objects) {
            troubles.add(Trouble.of(object, "it hurts", Map.of(), "rest"));
        }
    }

    @Test
    void isToldOnceWhenItsPatienceIsOverAndOnceWhenItIsWell() {
        hurts("a");
        assertThat(IntStream.range(0, 10).mapToObj(this::at)).allMatch(List::isEmpty);
        assertThat(at(10)).containsExactly("a FIRING");
        assertThat(IntStream.range(11, 100).mapToObj(this::at)).allMatch(List::isEmpty);
        hurts();
        assertThat(IntStream.range(100, 114).mapToObj(this::at)).allMatch(List::isEmpty);
        assertThat(at(114)).containsExactly("a RESOLVED");
        assertThat(at(115)).isEmpty();
    }

    @Test
    void whatGoesBeforeThePatienceIsOverIsNoAlert() {
        for (int second = 0; second < 100; second++) {
            hurts(second % 10 < 9 ? new String[] {"a"} : new String[0]);
            assertThat(at(second)).isEmpty();
        }
    }

    @Test
    void whatComesAndGoesWithinTheRecoveryIsOneAlert() {
        hurts("a");
        List<String> told = new ArrayList<>();
        for (int second = 0; second < 200; second++) {
            hurts(second < 20 || second % 10 < 5 ? new String[] {"a"} : new String[0]);
            told.addAll(at(second));
        }
        assertThat(told).containsExactly("a FIRING");
    }

    @Test
    void whatGoesOnIsToldAgainAfterTheInterval() {
        hurts("a");
        at(0);
        int again = 10 + (int) CONFIG.repeat().toSeconds();
        assertThat(at(10)).hasSize(1);
        assertThat(at(again - 1)).isEmpty();
        assertThat(at(again)).containsExactly("a FIRING");
    }

    @Test
    void eachObjectIsAnAlertOfItsOwn() {
        hurts("a", "b");
        at(0);
        assertThat(at(10)).containsExactlyInAnyOrder("a FIRING", "b FIRING");
        hurts("b");
        at(11);
        assertThat(at(30)).containsExactly("a RESOLVED");
        assertThat(engine.firing()).extracting(Alert::object).containsExactly("b");
    }

    @Test
    void objectsWithoutEndAreNotAllRemembered() {
        for (int second = 0; second < 20; second++) {
            hurts(IntStream.range(0, 5_000).mapToObj(String::valueOf).toArray(String[]::new));
            at(second);
        }
        assertThat(engine.firing()).hasSize(1_000);
    }

    private static Situation situation(Counts recent, Node... nodes) {
        return new Situation(
                new HealthSnapshot(
                        HealthStatus.HEALTHY,
                        NOON,
                        new Checks(
                                new Check(HealthStatus.HEALTHY, "all nodes answer"),
                                new Check(HealthStatus.HEALTHY, "as migrated"),
                                new Performance(
                                        Duration.ZERO,
                                        Duration.ZERO,
                                        Duration.ofSeconds(2),
                                        Duration.ZERO,
                                        0,
                                        PoolMetrics.EMPTY)),
                        List.of(nodes),
                        List.of()),
                recent);
    }

    private static Node node(String name, Role role, State state, int active, int waiting) {
        return new Node(name, role, state, 1, 0, Duration.ZERO, new PoolMetrics(active, 0, waiting, 4), "as it is");
    }

    private static List<String> firing(Situation situation) {
        AlertConfig now = CONFIG.within(Duration.ZERO);
        return new AlertEngine(AlertRules.of(now), now)
                .observe(Duration.ZERO, NOON, situation).stream()
                        .map(alert -> alert.rule() + " " + alert.object())
                        .filter(told -> !told.equals("slow-responses database"))
                        .toList();
    }

    @Test
    void theShippedRulesSeeWhatTheyAreFor() {
        Node primary = node("p:1", Role.PRIMARY, State.UP, 1, 0);
        assertThat(firing(situation(new Counts(100, 5, 0, 10, 0, 0, 0, 0), primary)))
                .isEmpty();
        assertThat(firing(situation(Counts.NONE))).containsExactly("no-primary database");
        assertThat(firing(situation(
                        Counts.NONE,
                        primary,
                        node("r:1", Role.REPLICA, State.DOWN, 0, 0),
                        node("r:2", Role.REPLICA, State.LIMITED, 0, 0))))
                .containsExactly("node-down r:1", "node-limited r:2");
        assertThat(firing(situation(Counts.NONE, node("p:1", Role.PRIMARY, State.UP, 4, 1))))
                .containsExactly("pool-exhausted p:1");
        assertThat(firing(situation(new Counts(100, 6, 0, 11, 0, 0, 0, 0), primary)))
                .containsExactly("error-rate database", "retries-high database");
        assertThat(firing(situation(new Counts(10, 6, 0, 9, 0, 0, 0, 0), primary)))
                .isEmpty();
        assertThat(firing(situation(new Counts(0, 0, 1, 0, 1, 1, 1, 1), primary)))
                .containsExactly(
                        "calls-refused database",
                        "commit-outcome-unknown database",
                        "commits-lost database",
                        "failover database",
                        "migration-failed database");
    }

    @Test
    void aRuleCanBeSwitchedOff() {
        AlertConfig without = CONFIG.within(Duration.ZERO).without("no-primary", "slow-responses");
        assertThat(new AlertEngine(AlertRules.of(without), without)
                        .observe(Duration.ZERO, NOON, situation(Counts.NONE)))
                .isEmpty();
    }
}
