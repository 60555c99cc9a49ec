package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.testkit.ClusterSpec;
import dev.evenkeel.testkit.PostgresCluster;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.function.Tuple2;

/** The server's machine is gone, and nobody brings a deadline: then the kernel ends the wait. It takes its minute for that. */
class VanishedPeerIT {

    /** For the long form only: {@code -Devenkeel.test.vanished=true}. */
    private static final boolean ASKED_FOR = Boolean.getBoolean("evenkeel.test.vanished");

    private static final String[] LOSE = {"iptables", "-A", "INPUT", "-i", "lo", "-p", "tcp", "-j", "DROP"};

    @Test
    void borrowedConnectionsToAPeerThatVanishedEndByThemselves() throws IOException {
        assumeTrue(ASKED_FOR, "the long form");
        ChildJvm.assumeThat("namespaces", "unshare", "--net", "--mount", "ip", "link", "set", "lo", "up");
        ChildJvm.assumeThat("iptables", "unshare", "--net", "sh", "-c", String.join(" ", LOSE));

        try (ChildJvm child = ChildJvm.start(ChildJvm.ISOLATED, Map.of(), Client.class)) {
            assertThat(child.until("done")).contains("both ended within 90 s: true");
        }
    }

    /** One waits for an answer to what the server has got, the other for the server to get what it says. */
    static final class Client {

        private Client() {}

        public static void main(String[] arguments) {
            try (PostgresCluster cluster = PostgresCluster.start(ClusterSpec.withReplicas(0))) {
                ReactiveDatabaseManager db = Databases.start(DatabaseConfig.builder()
                        .primary(cluster.url(cluster.primary()))
                        .build());
                ConnectionOptions options = ConnectionOptions.write();
                Connection waiting = db.getConnection(options).block(PATIENCE);
                Connection speaking = db.getConnection(options).block(PATIENCE);
                Mono<Duration> answer = end(waiting, "select pg_sleep(600)").cache();
                answer.subscribe();
                Databases.await(
                        "it sleeps",
                        () -> cluster.primary()
                                .queryOne(
                                        "select count(*) from pg_stat_activity where query like '%600%' and wait_event = 'PgSleep'")
                                .equals("1"));

                iptables(LOSE);
                Tuple2<Duration, Duration> ends =
                        Mono.zip(answer, end(speaking, "select 1")).block(Duration.ofMinutes(3));
                iptables("iptables", "-F", "INPUT");

                System.out.printf(
                        "figure a vanished peer ends a wait for an answer after %s, for an acknowledgement after %s%n",
                        ends.getT1(), ends.getT2());
                System.out.println("both ended within 90 s: "
                        + ends.toList().stream().allMatch(end -> ((Duration) end).toSeconds() < 90));
            }
            System.out.println("done");
            System.exit(0);
        }

        private static Mono<Duration> end(Connection connection, String sql) {
            return Flux.from(connection.createStatement(sql).execute())
                    .flatMap(Result::getRowsUpdated)
                    .then()
                    .materialize()
                    .filter(signal -> signal.isOnError())
                    .elapsed()
                    .map(timed -> Duration.ofMillis(timed.getT1()));
        }

        private static void iptables(String... command) {
            if (!ChildJvm.succeeds(command)) {
                throw new IllegalStateException(String.join(" ", command));
            }
        }
    }
}
