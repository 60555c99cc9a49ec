package dev.evenkeel.route;

import static dev.evenkeel.topology.Nodes.primary;
import static dev.evenkeel.topology.Nodes.readOnlyPrimary;
import static dev.evenkeel.topology.Nodes.replica;
import static dev.evenkeel.topology.Nodes.silent;
import static dev.evenkeel.topology.Nodes.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.Lsn;
import dev.evenkeel.ReadConsistency;
import dev.evenkeel.ReadSession.Need;
import dev.evenkeel.ReadToken;
import dev.evenkeel.topology.ClusterView;
import dev.evenkeel.topology.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    private static Need shows(long lsn) {
        return new Need(new ReadToken(7, 1, new Lsn(lsn)), null);
    }

    private Optional<String> choose(Wish wish, Need need) {
        return Routes.choose(view, wish, need, node -> 0, 0);
    }

    @Test
    void writesGoToThePrimary() {
        assertThat(choose(WRITE, Need.NOTHING)).contains("p");
    }

    /** Else a call would choose again and again. */
    @Test
    void whatIsChosenFitsAsLongAsNothingChanges() {
        for (ClusterView one :
                List.of(view, view(readOnlyPrimary("p", 1), replica("a", 1, 1)), view(replica("a", 1, 1)))) {
            for (ReadConsistency consistency : ReadConsistency.values()) {
                for (Wish wish : List.of(WRITE, read(consistency))) {
                    Routes.choose(one, wish, Need.NOTHING, node -> 0, 0)
                            .ifPresent(node -> assertThat(Routes.stillFits(one, wish, node))
                                    .as("%s on %s", wish, one)
                                    .isTrue());
                }
            }
        }
    }

    @Test
    void aFormerPrimaryDoesNotFitAnyMore() {
        ClusterView promoted = view(primary("p", 1, 100), primary("a", 2, 100));

        assertThat(Routes.stillFits(promoted, WRITE, "p")).isFalse();
        assertThat(Routes.stillFits(promoted, read(ReadConsistency.STRONG), "p"))
                .isFalse();
        assertThat(Routes.stillFits(promoted, read(ReadConsistency.EVENTUAL), "p"))
                .isFalse();
        assertThat(Routes.stillFits(promoted, WRITE, "a")).isTrue();
    }

    @Test
    void strongReadsGoToThePrimary() {
        assertThat(choose(read(ReadConsistency.STRONG), shows(0))).contains("p");
    }

    @Test
    void eventualReadsTakeTurnsOverAllReplicasThatAnswer() {
        List<String> turns = new ArrayList<>();
        for (int turn = 0; turn < 4; turn++) {
            turns.add(Routes.choose(view, read(ReadConsistency.EVENTUAL), Need.NOTHING, node -> 0, turn)
                    .orElseThrow());
        }
        assertThat(turns).containsExactly("a", "b", "a", "b");
    }

    @Test
    void theLessBusyReplicaIsTakenWhoseverTurnItIs() {
        for (int turn = 0; turn < 6; turn++) {
            assertThat(Routes.choose(
                            view, read(ReadConsistency.EVENTUAL), Need.NOTHING, node -> node.equals("a") ? 5 : 1, turn))
                    .contains("b");
        }
    }

    @Test
    void boundedReadsPassOverAReplicaThatIsTooFarBehind() {
        assertThat(Routes.choose(view, read(ReadConsistency.BOUNDED), Need.NOTHING, node -> 0, 1))
                .contains("a");
    }

    @Test
    void readsOfOwnWritesNeedAReplicaThatHasReplayedThem() {
        assertThat(choose(read(ReadConsistency.READ_YOUR_WRITES), shows(100))).contains("a");
        assertThat(choose(read(ReadConsistency.READ_YOUR_WRITES), shows(101))).contains("p");
        assertThat(choose(read(ReadConsistency.READ_YOUR_WRITES), new Need(null, "")))
                .contains("p");
    }

    @Test
    void readsOfWhatWasSeenOnAReplicaGoThereOrToThePrimary() {
        ClusterView two = view(primary("p", 1, 100), replica("a", 1, 90), replica("b", 1, 100));
        Wish read = read(ReadConsistency.READ_YOUR_WRITES);

        for (int draw = 0; draw < 4; draw++) {
            assertThat(Routes.choose(two, read, new Need(null, "a"), node -> 0, draw))
                    .contains("a");
        }
        assertThat(Routes.choose(view(primary("p", 1, 100), silent("a")), read, new Need(null, "a"), node -> 0, 0))
                .contains("p");
    }

    @Test
    void ofManyReplicasTheDearestIsNeverTakenAndTheCheapestNotAlways() {
        ClusterView many = view(
                primary("p", 1, 0), replica("a", 1, 0), replica("b", 1, 0), replica("c", 1, 0), replica("d", 1, 0));
        Map<String, Integer> times = new HashMap<>();

        for (int draw = 0; draw < 1200; draw++) {
            Routes.choose(many, read(ReadConsistency.EVENTUAL), Need.NOTHING, node -> node.charAt(0), draw)
                    .ifPresent(node -> times.merge(node, 1, Integer::sum));
        }

        assertThat(times).doesNotContainKey("d");
        assertThat(times.get("a")).isGreaterThan(times.get("b")).isLessThan(1200);
    }

    @Test
    void aReplicaOnAnotherTimelineDoesNotServeReadsOfOwnWrites() {
        ClusterView forked = view(primary("p", 2, 100), replica("a", 1, 900));

        assertThat(Routes.choose(forked, read(ReadConsistency.READ_YOUR_WRITES), shows(100), node -> 0, 0))
                .contains("p");
    }

    @Test
    void readsGoOnWithoutAPrimaryAndWritesHaveNowhereToGo() {
        ClusterView headless = view(silent("p"), replica("a", 1, 100));

        assertThat(Routes.choose(headless, read(ReadConsistency.EVENTUAL), Need.NOTHING, node -> 0, 0))
                .contains("a");
        assertThat(Routes.choose(headless, WRITE, Need.NOTHING, node -> 0, 0)).isEmpty();
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
                            new Need(new ReadToken(7, 2, required), null),
                            node -> random.nextInt(3),
                            random.nextInt(1000))
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
