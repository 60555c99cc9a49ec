package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.PatroniCluster.Node;
import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.event.CallRetried;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.TopologyEvent;
import dev.evenkeel.event.TopologyEvent.CommitsLost;
import dev.evenkeel.event.TopologyEvent.LostCommit;
import dev.evenkeel.event.TopologyEvent.PrimaryLost;
import dev.evenkeel.event.TopologyEvent.TimelineWentBack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A real Patroni decides who leads, and is itself killed, hung and cut off from its store, while callers read and write. */
class PatroniIT {

    private static final Logger log = LoggerFactory.getLogger("figures");

    /** How often the leader is killed. For the long campaign: {@code -Devenkeel.test.patroni=10}. */
    private static final int KILLS = Integer.getInteger("evenkeel.test.patroni", 2);

    private static final int WRITERS = 6;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static PatroniCluster cluster;

    /** What happened and when, in nanoseconds. */
    private record Heard(TopologyEvent event, long nanos) {}

    private final Queue<Heard> heard = new ConcurrentLinkedQueue<>();
    private final Queue<CallRetried> repeatedAgain = new ConcurrentLinkedQueue<>();
    private ReactiveDatabaseManager db;
    private Node leader;
    private Load load;

    @BeforeAll
    static void startCluster() {
        String missing = PatroniCluster.missing();
        assumeTrue(missing.isEmpty(), () -> "Patroni is not tested here, for want of Debian's packages " + missing);
        cluster = PatroniCluster.start(directory);
    }

    @AfterAll
    static void stopCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** With the defaults of a production system. */
    @BeforeEach
    void start() {
        leader = cluster.healed();
        cluster.execute(leader, Load.TABLE);
        cluster.execute(leader, PlainClient.TABLE);
        DatabaseConfig.Builder config = DatabaseConfig.builder().listener(new DatabaseListener() {
            @Override
            public void onCallRetried(CallRetried event) {
                if (event.attempt() > 1) {
                    repeatedAgain.add(event);
                }
            }

            @Override
            public void onTopologyChanged(TopologyEvent event) {
                heard.add(new Heard(event, System.nanoTime()));
            }
        });
        config.primary(cluster.url(leader));
        cluster.others(leader).forEach(node -> config.replica(cluster.url(node)));
        db = Databases.start(config.build());
        load = Load.start(db, WRITERS, 2);
        load.nextWrite();
    }

    @AfterEach
    void stop() {
        if (load != null) {
            load.stop();
            assertThat(db.metrics().leased()).as("leased connections").isZero();
            assertThat(db.metrics().waiting()).as("waiting callers").isZero();
            db.shutdown().block(PATIENCE);
        }
    }

    @Test
    void aKilledLeaderCostsAClientLittleMoreThanTheClusterItself() {
        for (int kill = 1; kill <= KILLS; kill++) {
            Node old = leader;
            cluster.kill(old);
            long taken = firstWriteOn(cluster.others(old));
            load.nextWrite();
            Load.Write last = lastWriteOn(old);
            long served = firstWriteAfter(last);
            log.info(
                    "Patroni, kill {}: the cluster's gap is {} ms, the client's {} ms, beyond it {} ms",
                    kill,
                    millis(taken - last.acknowledgedNanos()),
                    millis(served - last.acknowledgedNanos()),
                    millis(served - taken));
            cluster.revive(old);
            leader = cluster.healed();
        }
        endOnTheLeader();
    }

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }

    private static long firstWriteOn(List<Node> nodes) {
        try (PlainClient client = new PlainClient(cluster)) {
            return client.firstWrite(nodes);
        }
    }

    private Load.Write lastWriteOn(Node node) {
        return load.acknowledged().stream()
                .filter(write -> write.node() == node.port())
                .reduce((one, next) -> next)
                .orElseThrow();
    }

    private long firstWriteAfter(Load.Write last) {
        return load.acknowledged().stream()
                .filter(write -> write.acknowledgedNanos() > last.acknowledgedNanos())
                .findFirst()
                .orElseThrow()
                .acknowledgedNanos();
    }

    @Test
    void ofTwoPrimariesBecauseOnlyPatroniWasKilledTheNewOneGetsTheWrites() {
        Node old = leader;
        cluster.killPatroniOf(old);
        firstWriteOn(cluster.others(old));
        load.nextWrite();
        assertThat(cluster.isWritable(old)).as("the old one, too").isTrue();
        load.nextWrite();

        cluster.revive(old);
        endOnTheLeader();
    }

    @Test
    void aHungLeaderThatComesBackIsFollowedOnlyIfTheClusterFollowsIt() {
        Node old = leader;
        cluster.hang(old);
        firstWriteOn(cluster.others(old));
        load.nextWrite();

        cluster.resume(old);
        endOnTheLeader();
    }

    @Test
    void writesWaitWhileTheLeaderHasSteppedDownBecauseEtcdIsFrozen() {
        long frozen = System.nanoTime();
        cluster.freezeEtcd();
        await("the leader has stepped down", PatroniCluster.PATIENCE, () -> heardSince(frozen, PrimaryLost.class));
        cluster.nodes().forEach(node -> assertThat(cluster.isWritable(node)).isFalse());

        cluster.thawEtcd();
        endOnTheLeader();
    }

    private boolean heardSince(long nanos, Class<? extends TopologyEvent> kind) {
        return heard.stream().anyMatch(one -> kind.isInstance(one.event()) && one.nanos() > nanos);
    }

    /** The cluster has come to rest: what was the client told, and is it where the cluster is? */
    private void endOnTheLeader() {
        Node last = cluster.settled();
        await("the client writes where Patroni's leader is", PatroniCluster.PATIENCE, () -> {
            load.nextWrite();
            List<Load.Write> all = load.acknowledged();
            return all.get(all.size() - 1).node() == cluster.leader().port();
        });
        load.stop();

        assertThat(cluster.leader()).as("the lasting leader").isEqualTo(last);
        assertThat(TimelineOrder.violations(load.acknowledged(), wentBack())).isEmpty();
        assertThat(cluster.queryAll(last, Load.DOUBLED)).isEmpty();
        assertThat(load.failedWrites()).allMatch(error -> error instanceof CommitOutcomeUnknownException);
        assertThat(load.failedReads())
                .as("reads that failed; calls that were repeated more than once: %s", repeatedAgain)
                .isEmpty();
        Set<String> missing = load.missingAmong(cluster.queryAll(last, "select id from written")).stream()
                .map(id -> "write " + id)
                .collect(Collectors.toSet());
        await("what was lost is reported", () -> reported().containsAll(missing));
        log.info(
                "Patroni: {} writes acknowledged on timelines {}, {} lost, {} of unknown outcome, {} steps back",
                load.acknowledged().size(),
                load.acknowledged().stream()
                        .map(Load.Write::timeline)
                        .distinct()
                        .toList(),
                missing.size(),
                load.failedWrites().size(),
                wentBack().size());
    }

    private Map<Long, Integer> wentBack() {
        Map<Long, Integer> steps = new TreeMap<>();
        for (Heard one : heard) {
            if (one.event() instanceof TimelineWentBack back) {
                steps.put(one.nanos(), (int) back.to());
            }
        }
        return steps;
    }

    private Set<String> reported() {
        return heard.stream()
                .map(Heard::event)
                .filter(CommitsLost.class::isInstance)
                .map(CommitsLost.class::cast)
                .flatMap(report -> Stream.concat(report.lost().stream(), report.possiblyLost().stream()))
                .map(LostCommit::label)
                .collect(Collectors.toSet());
    }
}
