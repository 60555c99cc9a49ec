package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static dev.evenkeel.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.event.TopologyEvent.NodeQuarantined;
import dev.evenkeel.event.TopologyEvent.PrimaryElected;
import dev.evenkeel.testkit.NodeRole;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import dev.evenkeel.testkit.WithPostgres;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** Two replicas of one primary were promoted, so that both lead a timeline of the same number. */
@WithPostgres(replicas = 2, isolated = true)
class SplitBrainIT {

    private final PostgresCluster cluster;

    SplitBrainIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void ofTwoPrimariesOnTheSameTimelineNoneGetsAWriteAndTheAlarmIsRaised() {
        cluster.primary().execute(Load.TABLE);
        cluster.awaitReplayed(PATIENCE);
        TopologyLog topology = new TopologyLog();
        ReactiveDatabaseManager db = Databases.start(cluster, config -> config.listener(topology));
        List<PostgresNode> twins = cluster.replicas();
        cluster.kill(cluster.primary());

        // Not by the cluster, which would make the one follow the other.
        twins.forEach(twin -> twin.queryOne("select pg_promote(false)"));
        await("both are primaries", () -> twins.stream().allMatch(twin -> twin.role() == NodeRole.PRIMARY));
        await(
                "both are quarantined",
                () -> twins.stream()
                        .allMatch(twin -> topology.of(NodeQuarantined.class).stream()
                                .anyMatch(alarm -> alarm.node().equals(name(twin))
                                        && alarm.reason().contains("so does another node"))));

        HealthSnapshot health = db.healthCheck().block(PATIENCE);
        assertThat(health.status()).isEqualTo(HealthStatus.UNHEALTHY);
        List<String> before = twins.stream().map(SplitBrainIT::rows).toList();
        for (int i = 0; i < 10; i++) {
            StepVerifier.create(db.query("insert into written values (1)")
                            .timeout(Duration.ofMillis(50))
                            .rowsUpdated())
                    .verifyError(NodeUnavailableException.class);
        }
        assertThat(twins.stream().map(SplitBrainIT::rows).toList()).isEqualTo(before);

        topology.clear();
        cluster.kill(twins.get(1));
        topology.await(PrimaryElected.class);
        assertThat(db.query("insert into written values (2)").rowsUpdated().block(PATIENCE))
                .as("one is left")
                .isEqualTo(1);
        db.shutdown().block(PATIENCE);
    }

    private static String name(PostgresNode node) {
        return node.host() + ":" + node.port();
    }

    private static String rows(PostgresNode node) {
        return node.queryOne("select count(*) from written");
    }
}
