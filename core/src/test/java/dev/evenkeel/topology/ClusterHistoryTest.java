package dev.evenkeel.topology;

import static dev.evenkeel.topology.Nodes.primary;
import static dev.evenkeel.topology.Nodes.replica;
import static dev.evenkeel.topology.Nodes.replicaToldToFollow;
import static dev.evenkeel.topology.Nodes.silent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.event.TopologyEvent;
import dev.evenkeel.event.TopologyEvent.NodeDown;
import dev.evenkeel.event.TopologyEvent.NodeQuarantined;
import dev.evenkeel.event.TopologyEvent.NodeReplaced;
import dev.evenkeel.event.TopologyEvent.NodeUp;
import dev.evenkeel.event.TopologyEvent.PrimaryElected;
import dev.evenkeel.event.TopologyEvent.PrimaryLost;
import dev.evenkeel.event.TopologyEvent.ReplicaCaughtUp;
import dev.evenkeel.event.TopologyEvent.ReplicaLagging;
import dev.evenkeel.event.TopologyEvent.TimelineWentBack;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterHistoryTest {

    private static final Duration BOUND = Duration.ofSeconds(10);

    private final ClusterHistory history =
            new ClusterHistory(List.of(NodeState.unknown("a"), NodeState.unknown("b")), BOUND);
    private long now;

    private List<TopologyEvent> look(NodeState... nodes) {
        return history.look(List.of(nodes), now);
    }

    private List<TopologyEvent> lookAfter(Duration time, NodeState... nodes) {
        now += time.toNanos();
        return look(nodes);
    }

    private static NodeState behind(String name, Duration lag) {
        return replica(name, 1, 50, lag);
    }

    @Test
    void tellsOfTheFirstPrimaryOnce() {
        assertThat(look(primary("a", 1, 100), replica("b", 1, 100)))
                .containsExactlyInAnyOrder(
                        new NodeUp("a", "primary"),
                        new NodeUp("b", "replica"),
                        new PrimaryElected("a", null, 1, Duration.ZERO));
        assertThat(look(primary("a", 1, 101), replica("b", 1, 100))).isEmpty();
    }

    @Test
    void tellsOfTheLossAndHowLongItLasted() {
        look(primary("a", 1, 100), replica("b", 1, 100));
        long before = history.view().generation();

        assertThat(look(silent("a"), replica("b", 1, 100)))
                .containsExactlyInAnyOrder(new NodeDown("a", "gone"), new PrimaryLost("a", "gone"));
        assertThat(history.view().generation()).isGreaterThan(before);
        assertThat(lookAfter(Duration.ofSeconds(3), silent("a"), primary("b", 2, 100)))
                .contains(new PrimaryElected("b", "a", 2, Duration.ofSeconds(3)));
    }

    @Test
    void keepsAZombieInQuarantine() {
        look(primary("a", 1, 100), replica("b", 1, 100));
        look(silent("a"), primary("b", 2, 100));

        List<TopologyEvent> events = look(primary("a", 1, 900), primary("b", 2, 100));

        assertThat(events).hasAtLeastOneElementOfType(NodeQuarantined.class);
        assertThat(history.view().electedPrimary()).map(NodeState::name).contains("b");
        assertThat(history.view().isQuarantined("a")).isTrue();
        assertThat(look(primary("a", 1, 901), primary("b", 2, 100))).isEmpty();
    }

    @Test
    void keepsANodeOfAnotherClusterInQuarantine() {
        NodeState stranger = new NodeState(
                "b",
                null,
                dev.evenkeel.HealthSnapshot.Role.REPLICA,
                false,
                8,
                1,
                1,
                dev.evenkeel.Lsn.ZERO,
                dev.evenkeel.Lsn.ZERO,
                null,
                Duration.ZERO,
                0,
                null);

        assertThat(look(primary("a", 1, 100), stranger)).hasAtLeastOneElementOfType(NodeQuarantined.class);
        assertThat(history.view().replicas()).isEmpty();
    }

    @Test
    void tellsThatAnotherServerAnswersUnderTheSameName() {
        NodeState restarted = new NodeState(
                "b",
                null,
                dev.evenkeel.HealthSnapshot.Role.REPLICA,
                false,
                7,
                1,
                2,
                new dev.evenkeel.Lsn(50),
                new dev.evenkeel.Lsn(50),
                null,
                Duration.ZERO,
                0,
                null);
        look(primary("a", 1, 100), replica("b", 1, 100));
        NodeState gone = replica("b", 1, 100).silent(new java.io.IOException("gone"));
        assertThat(look(primary("a", 1, 100), gone)).containsExactly(new NodeDown("b", "gone"));

        assertThat(look(primary("a", 1, 100), restarted))
                .contains(new NodeReplaced("b", 2), new NodeUp("b", "replica"));
        assertThat(look(primary("a", 1, 100), restarted)).isEmpty();
    }

    @Test
    void electsNobodyAndSaysSoWhenTwoClaimTheSameTimeline() {
        look(primary("a", 1, 100), replica("b", 1, 100));

        assertThat(look(primary("a", 1, 100), primary("b", 1, 100)))
                .hasAtLeastOneElementOfType(PrimaryLost.class)
                .hasAtLeastOneElementOfType(NodeQuarantined.class);
        assertThat(history.view().electedPrimary()).isEmpty();
    }

    @Test
    void goesBackWhenTheLeaderOfTheLaterTimelineFollowsTheOldOne() {
        look(primary("a", 1, 100), replica("b", 1, 100));
        look(silent("a"), primary("b", 2, 100));
        look(primary("a", 1, 100), silent("b"));
        assertThat(history.view().electedPrimary()).isEmpty();

        assertThat(look(primary("a", 1, 100), replica("b", 1, 100)))
                .hasAtLeastOneElementOfType(TimelineWentBack.class)
                .hasAtLeastOneElementOfType(PrimaryElected.class);
        assertThat(history.view().electedPrimary()).map(NodeState::name).contains("a");
    }

    /**
     * Seen with Patroni 3.0.2: the promoted node steps down before its first checkpoint, pg_rewind then takes it for a node of
     * the earlier timeline and leaves it alone, and it tries to follow the old leader for ever.
     */
    @Test
    void goesBackWhenTheLeaderOfTheLaterTimelineIsToldToFollowTheOldOneAndCannot() {
        look(primary("a", 1, 100), replica("b", 1, 100), replica("c", 1, 100));
        look(silent("a"), primary("b", 2, 100), replica("c", 1, 100));
        look(primary("a", 1, 100), silent("b"), replica("c", 2, 100));
        assertThat(primaryName()).isNull();

        NodeState b = replicaToldToFollow("a", "b", 2);
        NodeState c = replicaToldToFollow("a", "c", 2);
        assertThat(look(primary("a", 1, 100), b, c)).hasAtLeastOneElementOfType(TimelineWentBack.class);
        assertThat(look(primary("a", 1, 100), b, c)).isEmpty();
        assertThat(primaryName()).isEqualTo("a");
        assertThat(history.view().replicas()).isEmpty();
    }

    private String primaryName() {
        return history.view().electedPrimary().map(NodeState::name).orElse(null);
    }

    /** The leader b was made to follow a again, and c has not heard of it yet. */
    private void goBackWhileCIsStillOnTheLaterTimeline() {
        look(primary("a", 1, 100), replica("b", 1, 100), replica("c", 1, 100));
        look(silent("a"), primary("b", 2, 100), replica("c", 2, 100));
        look(primary("a", 1, 100), replica("b", 1, 100), replica("c", 2, 120));
        assertThat(primaryName()).isEqualTo("a");
    }

    @Test
    void staysWhereItWentBackToAlthoughAReplicaIsStillOnTheLaterTimeline() {
        goBackWhileCIsStillOnTheLaterTimeline();

        assertThat(look(primary("a", 1, 110), replica("b", 1, 110), replica("c", 2, 120)))
                .isEmpty();
        assertThat(primaryName()).isEqualTo("a");
        assertThat(history.view().replicas()).extracting(NodeState::name).containsExactly("b");
        assertThat(history.view().isQuarantined("c")).isTrue();

        look(primary("a", 1, 110), replica("b", 1, 110), replica("c", 1, 110));
        assertThat(history.view().replicas()).extracting(NodeState::name).containsExactly("b", "c");
        assertThat(history.view().quarantined()).isEmpty();
    }

    @Test
    void whoeverStaysOnTheLaterTimelineDoesNotBecomePrimaryByIt() {
        goBackWhileCIsStillOnTheLaterTimeline();

        look(silent("a"), replica("b", 1, 110), primary("c", 2, 120));
        assertThat(primaryName()).isNull();
        look(primary("a", 1, 110), replica("b", 1, 110), primary("c", 2, 120));
        assertThat(primaryName()).isEqualTo("a");
    }

    /** PostgreSQL takes the next number that it finds no history of, and that of a timeline given up may be gone. */
    @Test
    void aTimelineOfTheSameNumberThatBeginsLaterIsANewOne() {
        goBackWhileCIsStillOnTheLaterTimeline();

        look(silent("a"), primary("b", 2, 110), replica("c", 2, 120));
        assertThat(primaryName()).isEqualTo("b");
        look(primary("a", 1, 200), primary("b", 2, 111), replica("c", 2, 120));
        assertThat(primaryName()).isEqualTo("b");
        assertThat(history.view().isQuarantined("a")).isTrue();
    }

    @Test
    void aPromotionBeyondWhatWasGivenUpCountsWhoeverItIs() {
        goBackWhileCIsStillOnTheLaterTimeline();

        look(silent("a"), replica("b", 1, 110), primary("c", 3, 120));
        assertThat(primaryName()).isEqualTo("c");
    }

    @Test
    void anOperatorsWordHoldsWhenTheOtherComesBack() {
        look(primary("a", 1, 100), replica("b", 1, 100));
        look(silent("a"), primary("b", 2, 100));
        look(primary("a", 1, 100), silent("b"));

        history.accept(primary("a", 1, 100));
        look(primary("a", 1, 100), silent("b"));
        look(primary("a", 1, 100), primary("b", 2, 100));

        assertThat(primaryName()).isEqualTo("a");
        assertThat(history.view().isQuarantined("b")).isTrue();
    }

    @Test
    void goesBackOnAnOperatorsWord() {
        look(primary("a", 1, 100), replica("b", 2, 100));
        assertThat(history.view().electedPrimary()).isEmpty();

        history.accept(primary("a", 1, 100));
        look(primary("a", 1, 100), silent("b"));

        assertThat(history.view().electedPrimary()).map(NodeState::name).contains("a");
    }

    @Test
    void aReplicaAroundTheBoundDoesNotFlap() {
        look(primary("a", 1, 100), behind("b", Duration.ofSeconds(9)));
        int changes = 0;
        for (int second = 0; second < 60; second++) {
            Duration lag = Duration.ofSeconds(second % 2 == 0 ? 11 : 4);
            for (TopologyEvent event : lookAfter(Duration.ofSeconds(1), primary("a", 1, 100), behind("b", lag))) {
                assertThat(event).isInstanceOfAny(ReplicaLagging.class, ReplicaCaughtUp.class);
                changes++;
            }
        }

        assertThat(changes).isBetween(1, 6);
    }

    @Test
    void aReplicaComesBackAtHalfOfTheBound() {
        look(primary("a", 1, 100), behind("b", Duration.ofSeconds(11)));
        assertThat(history.view().lagging()).containsExactly("b");

        assertThat(lookAfter(BOUND, primary("a", 1, 100), behind("b", Duration.ofSeconds(6))))
                .isEmpty();
        assertThat(lookAfter(BOUND, primary("a", 1, 100), behind("b", Duration.ofSeconds(5))))
                .containsExactly(new ReplicaCaughtUp("b", Duration.ofSeconds(5)));
    }

    @Test
    void anIdleReplicaHasNoLagAlsoWhenThePrimaryIsGone() {
        look(primary("a", 1, 50), behind("b", Duration.ofMinutes(5)));
        look(silent("a"), behind("b", Duration.ofMinutes(6)));

        assertThat(history.view().lagging()).isEmpty();
        assertThat(history.view().lag(history.view().replicas().get(0))).isZero();
    }
}
