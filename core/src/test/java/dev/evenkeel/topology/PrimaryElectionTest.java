package dev.evenkeel.topology;

import static dev.evenkeel.topology.Nodes.primary;
import static dev.evenkeel.topology.Nodes.replica;
import static dev.evenkeel.topology.Nodes.replicaToldToFollow;
import static dev.evenkeel.topology.Nodes.silent;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PrimaryElectionTest {

    private static Past past(long timeline) {
        return new Past(7, timeline, "gone", GivenUp.NOTHING);
    }

    @Test
    void electsTheOnlyPrimary() {
        assertThat(PrimaryElection.elect(List.of(replica("a", 1, 0), primary("b", 1, 0)), past(1))
                        .name())
                .isEqualTo("b");
    }

    @Test
    void electsNobodyAmongReplicasAndSilentNodes() {
        assertThat(PrimaryElection.elect(List.of(replica("a", 1, 0), silent("b")), past(1)))
                .isNull();
    }

    @Test
    void prefersTheLaterTimeline() {
        assertThat(PrimaryElection.elect(List.of(primary("old", 1, 0), primary("new", 2, 0)), past(2))
                        .name())
                .isEqualTo("new");
    }

    @Test
    void doesNotGoBackToAnEarlierTimelineWhenTheLaterOneIsSilent() {
        assertThat(PrimaryElection.elect(List.of(primary("old", 1, 0), silent("new")), past(2)))
                .isNull();
    }

    @Test
    void electsNobodyWhenTwoClaimTheSameTimeline() {
        assertThat(PrimaryElection.elect(List.of(primary("a", 2, 0), primary("b", 2, 0)), past(2)))
                .isNull();
    }

    @Test
    void passesOverAPrimaryThatRefusesWrites() {
        assertThat(PrimaryElection.elect(List.of(Nodes.readOnlyPrimary("a", 1)), past(1)))
                .isNull();
    }

    @Test
    void goesBackToAnEarlierTimelineOnlyWhenTheLeaderOfTheLaterOneFollowsIt() {
        Past promoted = new Past(7, 2, "b", GivenUp.NOTHING);

        assertThat(PrimaryElection.elect(List.of(primary("a", 1, 0), replica("b", 1, 0)), promoted)
                        .name())
                .isEqualTo("a");
        assertThat(PrimaryElection.elect(List.of(primary("a", 1, 0), replica("b", 2, 0)), promoted))
                .isNull();
        assertThat(PrimaryElection.elect(List.of(primary("a", 1, 0), replica("c", 1, 0)), promoted))
                .isNull();
        assertThat(PrimaryElection.elect(List.of(primary("a", 1, 0), replicaToldToFollow("c", "b", 2)), promoted))
                .isNull();
    }

    @Test
    void goesBackFromATimelineWhoseLeaderWasNeverSeenOnlyWhenAllOthersFollow() {
        Past hearsay = new Past(7, 2, null, GivenUp.NOTHING);

        assertThat(PrimaryElection.elect(List.of(primary("a", 1, 0), replica("b", 1, 0), replica("c", 1, 0)), hearsay)
                        .name())
                .isEqualTo("a");
        assertThat(PrimaryElection.elect(List.of(primary("a", 1, 0), replica("b", 1, 0), replica("c", 2, 0)), hearsay))
                .isNull();
        assertThat(PrimaryElection.elect(List.of(primary("a", 1, 0), replica("b", 1, 0), silent("c")), hearsay))
                .isNull();
        assertThat(PrimaryElection.elect(List.of(primary("a", 1, 0)), hearsay)).isNull();
    }

    @Test
    void electsNobodyOfAnotherCluster() {
        assertThat(PrimaryElection.elect(List.of(primary("a", 5, 0)), new Past(8, 1, null, GivenUp.NOTHING)))
                .isNull();
    }

    @Test
    void neverElectsAnEarlierTimelineWhateverTheNodesSay() {
        for (long seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            List<NodeState> nodes = new ArrayList<>();
            long highest = random.nextInt(4);
            for (int i = 0; i < 1 + random.nextInt(5); i++) {
                long timeline = 1L + random.nextInt(4);
                nodes.add(random.nextBoolean() ? primary("n" + i, timeline, 0) : replica("n" + i, timeline, 0));
            }
            NodeState elected = PrimaryElection.elect(nodes, past(highest));
            if (elected != null) {
                assertThat(elected.timeline()).as("seed %d", seed).isGreaterThanOrEqualTo(highest);
                assertThat(nodes)
                        .as("seed %d", seed)
                        .noneMatch(other ->
                                !other.equals(elected) && other.isWritable() && other.timeline() >= elected.timeline());
            }
        }
    }
}
