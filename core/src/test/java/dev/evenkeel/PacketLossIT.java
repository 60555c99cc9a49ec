package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.event.TopologyEvent.PrimaryElected;
import dev.evenkeel.event.TopologyEvent.PrimaryLost;
import dev.evenkeel.testkit.ClusterSpec;
import dev.evenkeel.testkit.PostgresCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Each packet is dropped with a probability of a fifth, in a network of the test's own. */
class PacketLossIT {

    /** For the long form: {@code -Devenkeel.test.loss=60}. */
    private static final Integer SECONDS = Integer.getInteger("evenkeel.test.loss", 5);

    private static final String[] LOSE = {
        "iptables",
        "-A",
        "INPUT",
        "-i",
        "lo",
        "-p",
        "tcp",
        "-m",
        "statistic",
        "--mode",
        "random",
        "--probability",
        "0.2",
        "-j",
        "DROP"
    };

    @Test
    void aLossOfAFifthOfAllPacketsIsNoFailoverAndHardlyAnError() throws IOException {
        ChildJvm.assumeThat("namespaces", "unshare", "--net", "--mount", "ip", "link", "set", "lo", "up");
        ChildJvm.assumeThat(
                "iptables with its statistic module", "unshare", "--net", "sh", "-c", String.join(" ", LOSE));

        try (ChildJvm child = ChildJvm.start(ChildJvm.ISOLATED, Map.of(), Client.class, SECONDS.toString())) {
            List<String> said = child.until("done");

            assertThat(said).contains("failovers 0");
            assertThat(said).contains("errors below one in a hundred: true");
        }
    }

    /** Servers and clients are in the same network. */
    static final class Client {

        private Client() {}

        public static void main(String[] arguments) {
            Duration time = Duration.ofSeconds(Integer.parseInt(arguments[0]));
            try (PostgresCluster cluster = PostgresCluster.start(ClusterSpec.withReplicas(1))) {
                cluster.primary().execute(Load.TABLE);
                cluster.awaitReplayed(PATIENCE);
                TopologyLog topology = new TopologyLog();
                ReactiveDatabaseManager db = Databases.start(DatabaseConfig.builder()
                        .primary(cluster.url(cluster.primary()))
                        .replica(cluster.url(cluster.replicas().get(0)))
                        .listener(topology)
                        .build());
                Load load = Load.start(db, 8, 8);
                load.nextWrite();
                topology.clear();

                iptables(LOSE);
                LockSupport.parkNanos(time.toNanos());
                iptables("iptables", "-F", "INPUT");
                load.nextWrite();
                load.stop();
                report(time, load, topology, cluster);
                db.shutdown().block(PATIENCE);
            }
            System.out.println("done");
            System.exit(0);
        }

        private static void iptables(String... command) {
            if (!ChildJvm.succeeds(command)) {
                throw new IllegalStateException(String.join(" ", command));
            }
        }

        private static void report(Duration time, Load load, TopologyLog topology, PostgresCluster cluster) {
            int failed = load.failedReads().size() + load.failedWrites().size();
            int good = load.reads() + load.acknowledged().size();
            System.out.printf(
                    "figure loss of 20 %% for %s: %d calls, %d failed %s; primary taken for silent %d times%n",
                    time,
                    good + failed,
                    failed,
                    load.failedWrites(),
                    topology.of(PrimaryLost.class).size());
            System.out.println("failovers "
                    + topology.of(PrimaryElected.class).stream()
                            .filter(elected -> !elected.node().equals(elected.previous()))
                            .count());
            System.out.println("errors below one in a hundred: " + (failed * 100 <= Math.max(100, good)));
            if (!load.missingOn(cluster.primary()).isEmpty()
                    || !Load.doubledOn(cluster.primary()).isEmpty()) {
                throw new IllegalStateException("writes are lost or doubled");
            }
        }
    }
}
