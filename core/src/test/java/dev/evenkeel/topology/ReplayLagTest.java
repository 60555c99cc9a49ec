package dev.evenkeel.topology;

import static dev.evenkeel.topology.Nodes.replica;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.Lsn;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayLagTest {

    private static final Duration NIGHT = Duration.ofHours(8);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ReplayLag lag = new ReplayLag(Duration.ofSeconds(10));
    private NodeState last = NodeState.unknown("a");

    private void primaryIsAt(Duration time, long lsn) {
        primaryIsAt(time, lsn, 7, 1);
    }

    private void primaryIsAt(Duration time, long lsn, long system, long timeline) {
        last = new NodeState(
                "a",
                null,
                Role.PRIMARY,
                false,
                system,
                timeline,
                1,
                new Lsn(lsn),
                new Lsn(lsn),
                null,
                Duration.ZERO,
                time.toNanos(),
                null);
        lag.remember(last);
    }

    private Duration of(NodeState replica) {
        return lag.measured(List.of(last, replica), last).get(1).replayDelay();
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    @Test
    void theFirstWriteAfterANightIsNotANightOfLag() {
        primaryIsAt(seconds(0), 100);
        primaryIsAt(seconds(1), 100);
        primaryIsAt(seconds(2), 150);

        assertThat(of(replica("b", 1, 100, NIGHT))).isEqualTo(seconds(1));
    }

    @Test
    void oneLongTransactionIsNotLagWhileItsLogArrives() {
        for (int second = 0; second < 600; second++) {
            primaryIsAt(seconds(second), 1000L * second);
        }

        assertThat(of(replica("b", 1, 596_500, Duration.ofMinutes(10)))).isEqualTo(seconds(3));
    }

    @Test
    void aReplicaThatStandsStillFallsBehindWithTime() {
        primaryIsAt(seconds(0), 100);
        for (int second = 1; second < 60; second++) {
            primaryIsAt(seconds(second), 100 + second);
        }

        assertThat(of(replica("b", 1, 100, MINUTE))).isEqualTo(seconds(59));
    }

    @Test
    void aSilentPrimaryDoesNotKeepAReplicaYoung() {
        primaryIsAt(seconds(0), 100);
        primaryIsAt(seconds(1), 150);
        NodeState replica = new NodeState(
                "b",
                null,
                Role.REPLICA,
                false,
                7,
                1,
                1,
                new Lsn(100),
                new Lsn(100),
                null,
                MINUTE,
                seconds(31).toNanos(),
                null);

        assertThat(of(replica)).isEqualTo(seconds(31));
    }

    @Test
    void theAgeOfTheLastTransactionHoldsWhenItIsLess() {
        primaryIsAt(seconds(0), 100);
        primaryIsAt(seconds(5), 200);

        assertThat(of(replica("b", 1, 150, seconds(2)))).isEqualTo(seconds(2));
    }

    @Test
    void theAgeOfTheLastTransactionHoldsWhileNothingElseIsKnown() {
        primaryIsAt(seconds(0), 100);

        assertThat(of(replica("b", 1, 50, MINUTE))).isEqualTo(MINUTE);
    }

    @Test
    void quickProbesDoNotPushOutWhatWasRemembered() {
        for (int tenth = 0; tenth <= 200; tenth++) {
            for (int more = 0; more < 10; more++) {
                primaryIsAt(Duration.ofMillis(100L * tenth + 10L * more), 10L * tenth + more);
            }
        }

        assertThat(of(replica("b", 1, 1000, MINUTE))).isBetween(seconds(10), seconds(11));
    }

    @Test
    void aReplicaThatHasNotHeardOfThePromotionDoesNotReachThePlacesBehindIt() {
        primaryIsAt(seconds(0), 100);
        primaryIsAt(seconds(1), 120, 7, 2);
        primaryIsAt(seconds(9), 900, 7, 2);

        assertThat(of(replica("b", 1, 500, MINUTE))).isEqualTo(seconds(9));
        assertThat(of(replica("c", 2, 500, MINUTE))).isEqualTo(seconds(8));
    }

    @Test
    void placesOfATimelineThatWasGivenUpOrOfAnotherClusterAreForgotten() {
        primaryIsAt(seconds(0), 100, 7, 2);
        primaryIsAt(seconds(5), 200, 7, 1);
        assertThat(of(replica("b", 2, 150, MINUTE))).isEqualTo(MINUTE);

        primaryIsAt(seconds(6), 300, 8, 1);
        assertThat(of(replica("b", 1, 250, MINUTE))).isEqualTo(MINUTE);
    }
}
