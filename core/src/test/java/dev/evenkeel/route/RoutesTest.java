package dev.evenkeel.route;

import static dev.evenkeel.topology.Nodes.primary;
import static dev.evenkeel.topology.Nodes.replica;
import static dev.evenkeel.topology.Nodes.silent;
import static dev.evenkeel.topology.Nodes.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.ReadConsistency;
import dev.evenkeel.topology.ClusterView;
import dev.evenkeel.topology.Lsn;
import dev.evenkeel.topology.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RoutesTest {

    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final Wish WRITE = new Wish(Intent.WRITE, ReadConsistency.STRONG, BOUND);

    private final ClusterView view =
            view(primary("p", 1, 100), replica("a", 1, 100), replica("b", 1, 50, Duration.ofSeconds(20)), silent("c"));

    private static Wish read(ReadConsistency consistency) {
        return new Wish(Intent.READ, consistency, BOUND);
    }

    private Optional<String> choose(Wish wish, Optional<Lsn> required) {
        return Routes.choose(view, wish, required, node -> 0, 0);
    }

    @Test
    void writesGoToThePrimary() {
        assertThat(choose(WRITE, Optional.empty())).contains("p");
    }

    @Test
    void strongReadsGoToThePrimary() {
        assertThat(choose(read(ReadConsistency.STRONG), Optional.of(Lsn.ZERO))).contains("p");
    }

    @Test
    void eventualReadsTakeTurnsOverAllReplicasThatAnswer() {
        List<String> turns = new ArrayList<>();
        for (int turn = 0; turn < 4; turn++) {
            turns.add(Routes.choose(view, read(ReadConsistency.EVENTUAL), Optional.empty(), node -> 0, turn)
                    .orElseThrow());
        }
        assertThat(turns).containsExactly("a", "b", "a", "b");
    }

    @Test
    void theLessBusyReplicaIsTakenWhoseverTurnItIs() {
        for (int turn = -3; turn < 3; turn++) {
            assertThat(Routes.choose(
                            view,
                            read(ReadConsistency.EVENTUAL),
                            Optional.empty(),
                            node -> node.equals("a") ? 5 : 1,
                            turn))
                    .contains("b");
        }
    }

    @Test
    void boundedReadsPassOverAReplicaThatIsTooFarBehind() {
        assertThat(Routes.choose(view, read(ReadConsistency.BOUNDED), Optional.empty(), node -> 0, 1))
                .contains("a");
    }

    @Test
    void readsOfOwnWritesNeedAReplicaThatHasReplayedThem() {
        assertThat(choose(read(ReadConsistency.READ_YOUR_WRITES), Optional.of(new Lsn(100))))
                .contains("a");
        assertThat(choose(read(ReadConsistency.READ_YOUR_WRITES), Optional.of(new Lsn(101))))
                .contains("p");
        assertThat(choose(read(ReadConsistency.READ_YOUR_WRITES), Optional.empty()))
                .contains("p");
    }

    @Test
    void aReplicaOnAnotherTimelineDoesNotServeReadsOfOwnWrites() {
        ClusterView forked = view(primary("p", 2, 100), replica("a", 1, 900));

        assertThat(Routes.choose(
                        forked, read(ReadConsistency.READ_YOUR_WRITES), Optional.of(new Lsn(100)), node -> 0, 0))
                .contains("p");
    }

    @Test
    void readsGoOnWithoutAPrimaryAndWritesHaveNowhereToGo() {
        ClusterView headless = view(silent("p"), replica("a", 1, 100));

        assertThat(Routes.choose(headless, read(ReadConsistency.EVENTUAL), Optional.empty(), node -> 0, 0))
                .contains("a");
        assertThat(Routes.choose(headless, WRITE, Optional.empty(), node -> 0, 0))
                .isEmpty();
    }

    @Test
    void neverServesOlderDataThanAskedForWhateverTheCluster() {
        for (long seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            List<NodeState> nodes = new ArrayList<>(List.of(primary("p", 2, 100)));
            for (int i = 0; i < random.nextInt(5); i++) {
                nodes.add(replica(
                        "r" + i, 1 + random.nextInt(2), random.nextInt(120), Duration.ofSeconds(random.nextInt(20))));
            }
            ClusterView any = view(nodes.toArray(NodeState[]::new));
            Lsn required = new Lsn(random.nextInt(110));
            String chosen = Routes.choose(
                            any,
                            read(ReadConsistency.READ_YOUR_WRITES),
                            Optional.of(required),
                            node -> random.nextInt(3),
                            random.nextInt())
                    .orElseThrow();
            NodeState node = nodes.stream()
                    .filter(n -> n.name().equals(chosen))
                    .findFirst()
                    .orElseThrow();
            assertThat(chosen.equals("p") || (node.timeline() == 2 && node.lsn().reaches(required)))
                    .as("seed %d chose %s for %s", seed, node, required)
                    .isTrue();
        }
    }
}
