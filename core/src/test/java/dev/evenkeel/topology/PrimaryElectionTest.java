package dev.evenkeel.topology;

import static dev.evenkeel.topology.Nodes.primary;
import static dev.evenkeel.topology.Nodes.replica;
import static dev.evenkeel.topology.Nodes.silent;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PrimaryElectionTest {

    @Test
    void electsTheOnlyPrimary() {
        assertThat(PrimaryElection.elect(List.of(replica("a", 1, 0), primary("b", 1, 0)), 1)
                        .name())
                .isEqualTo("b");
    }

    @Test
    void electsNobodyAmongReplicasAndSilentNodes() {
        assertThat(PrimaryElection.elect(List.of(replica("a", 1, 0), silent("b")), 1))
                .isNull();
    }

    @Test
    void prefersTheLaterTimeline() {
        assertThat(PrimaryElection.elect(List.of(primary("old", 1, 0), primary("new", 2, 0)), 2)
                        .name())
                .isEqualTo("new");
    }

    @Test
    void doesNotGoBackToAnEarlierTimelineWhenTheLaterOneIsSilent() {
        assertThat(PrimaryElection.elect(List.of(primary("old", 1, 0), silent("new")), 2))
                .isNull();
    }

    @Test
    void electsNobodyWhenTwoClaimTheSameTimeline() {
        assertThat(PrimaryElection.elect(List.of(primary("a", 2, 0), primary("b", 2, 0)), 2))
                .isNull();
    }

    @Test
    void passesOverAPrimaryThatRefusesWrites() {
        assertThat(PrimaryElection.elect(List.of(Nodes.readOnlyPrimary("a", 1)), 1))
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
            NodeState elected = PrimaryElection.elect(nodes, highest);
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
