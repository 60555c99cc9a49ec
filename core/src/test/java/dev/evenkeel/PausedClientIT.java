package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.TopologyEvent;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** A process that was stopped for a while, as by a long pause of its machine, must not blame the servers. */
@WithPostgres(replicas = 1, isolated = true)
class PausedClientIT {

    /** Several times what makes a node silent. */
    private static final Duration PAUSE = Duration.ofSeconds(4);

    private final PostgresCluster cluster;

    PausedClientIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void aPauseOfTheClientItselfIsNotHeldAgainstTheNodes() throws IOException {
        String[] urls = cluster.nodes().stream().map(cluster::url).toArray(String[]::new);
        try (ChildJvm client = ChildJvm.start(List.of(), Map.of(), Client.class, urls)) {
            client.until("ready");
            client.signal("-STOP");
            LockSupport.parkNanos(PAUSE.toNanos());
            client.signal("-CONT");
            client.goOn();

            List<String> rest = client.until("done");

            assertThat(rest).filteredOn(line -> line.startsWith("event")).isEmpty();
            assertThat(rest).contains("write 1");
        }
    }

    /** Tells of every change of the topology from when it is ready until it has written once more. */
    static final class Client {

        private Client() {}

        public static void main(String[] urls) throws IOException {
            boolean[] ready = new boolean[1];
            DatabaseConfig.Builder config = DatabaseConfig.builder()
                    .primary(urls[0])
                    .listener(new DatabaseListener() {
                        @Override
                        public void onTopologyChanged(TopologyEvent event) {
                            if (ready[0]) {
                                System.out.println("event " + event);
                            }
                        }
                    });
            for (int i = 1; i < urls.length; i++) {
                config.replica(urls[i]);
            }
            ReactiveDatabaseManager db = Databases.start(config.build());
            Databases.await("a rhythm", () -> db.metrics().history().size() == urls.length);
            Mono.delay(Duration.ofSeconds(1)).block();
            ready[0] = true;
            System.out.println("ready");
            ChildJvm.pause();
            Mono.delay(Duration.ofSeconds(2)).block();
            System.out.println("write " + db.query("select 1").rowsUpdated().block(PATIENCE));
            db.shutdown().block(PATIENCE);
            System.out.println("done");
        }
    }
}
