package dev.evenkeel;

import static dev.evenkeel.Databases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.testkit.ClusterSpec;
import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.PostgresNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.blockhound.BlockHound;
import reactor.core.publisher.Flux;

/** The servers are called by names, which lead elsewhere or nowhere, in a network with a name server of the test's own. */
class NameResolutionIT {

    /** For the long form: {@code -Devenkeel.test.nameless=60}. */
    private static final Integer SECONDS = Integer.getInteger("evenkeel.test.nameless", 2);

    @Test
    void aNameThatMovesIsFollowedAndANameServerThatIsSilentDisturbsNobody(@TempDir Path files) throws IOException {
        Path resolver = Files.writeString(files.resolve("resolv.conf"), "nameserver 127.0.0.1\n");
        List<String> wrapper = new ArrayList<>(ChildJvm.ISOLATED.subList(0, ChildJvm.ISOLATED.size() - 1));
        wrapper.add("ip link set lo up && mount --bind " + resolver + " /etc/resolv.conf && exec \"$0\" \"$@\"");
        ChildJvm.assumeThat("namespaces", "unshare", "--net", "--mount", "ip", "link", "set", "lo", "up");
        ChildJvm.assumeThat(
                "iptables with address translation",
                "unshare",
                "--net",
                "sh",
                "-c",
                "ip link set lo up && " + Client.leads("127.0.0.2", 5432, 1));

        try (ChildJvm child = ChildJvm.start(wrapper, Map.of(), Client.class, SECONDS.toString())) {
            assertThat(child.until("done")).contains("existing connections failed 0", "on the new server true");
        }
    }

    /** Each address is that of one server, whatever its port. */
    static final class Client {

        private static final int PORT = 5432;
        private static final String FORMER = "127.0.0.2";
        private static final String NEXT = "127.0.0.3";

        private Client() {}

        static String leads(String address, int port, int target) {
            return "iptables -t nat -A OUTPUT -p tcp -d %s --dport %d -j DNAT --to-destination 127.0.0.1:%d"
                    .formatted(address, port, target);
        }

        public static void main(String[] arguments) throws IOException {
            BlockHound.install();
            Duration silence = Duration.ofSeconds(Integer.parseInt(arguments[0]));
            try (PostgresCluster cluster = PostgresCluster.start(ClusterSpec.withReplicas(1));
                    ScriptedNames names = new ScriptedNames(FORMER)) {
                PostgresNode former = cluster.primary();
                PostgresNode next = cluster.replicas().get(0);
                shell(leads(FORMER, PORT, former.port()));
                shell(leads(NEXT, PORT, next.port()));
                former.execute(Load.TABLE);
                cluster.awaitReplayed(PATIENCE);
                URI url = URI.create(cluster.url(former).substring("r2dbc:".length()));
                ReactiveDatabaseManager db = Databases.start(DatabaseConfig.builder()
                        .primary("r2dbc:postgresql://" + url.getUserInfo() + "@db.test:" + PORT + url.getPath())
                        .pool(PoolConfig.builder()
                                .minSize(4)
                                .maxSize(4)
                                .connectTimeout(PATIENCE)
                                .build())
                        .build());
                System.out.println("figure questions for 4 connections and a probe: " + names.asked());
                withoutNames(db, names, silence);
                names.leadTo(FORMER);
                moved(db, cluster, names, former, next);
                db.shutdown().block(PATIENCE);
            }
            System.out.println("done");
            System.exit(0);
        }

        private static void withoutNames(ReactiveDatabaseManager db, ScriptedNames names, Duration silence) {
            names.fallSilent();
            long begun = System.nanoTime();
            int failed = 0;
            long longest = 0;
            while (System.nanoTime() - begun < silence.toNanos()) {
                long asked = System.nanoTime();
                failed += Flux.range(0, 4)
                        .flatMap(
                                i -> db.query("select 1")
                                        .rowsUpdated()
                                        .map(row -> 0)
                                        .onErrorReturn(1),
                                4)
                        .reduce(0, Integer::sum)
                        .block(PATIENCE);
                longest = Math.max(longest, System.nanoTime() - asked);
            }
            System.out.println("existing connections failed " + failed);
            System.out.printf(
                    "figure name server silent for %s: longest of four calls %d ms%n",
                    silence, TimeUnit.NANOSECONDS.toMillis(longest));
        }

        /** The former server is hung, so that nobody is told that it is gone. */
        private static void moved(
                ReactiveDatabaseManager db,
                PostgresCluster cluster,
                ScriptedNames names,
                PostgresNode former,
                PostgresNode next) {
            cluster.hang(former);
            cluster.promote(next);
            names.leadTo(NEXT);
            long moved = System.nanoTime();
            Databases.await(
                    "a write on the new server",
                    () -> db.query("insert into written values (1)")
                            .timeout(Duration.ofMillis(200))
                            .rowsUpdated()
                            .map(rows -> true)
                            .onErrorReturn(false)
                            .block(PATIENCE));
            System.out.println("figure a moved name is followed, the former address silent, after "
                    + Duration.ofNanos(System.nanoTime() - moved));
            cluster.resume(former);
            boolean elsewhere = Flux.range(0, 20)
                    .concatMap(i -> db.query("select inet_server_port()").one(row -> row.get(0, Integer.class)))
                    .all(port -> port == next.port())
                    .block(PATIENCE);
            System.out.println("on the new server " + elsewhere);
        }

        private static void shell(String command) {
            if (!ChildJvm.succeeds("sh", "-c", command)) {
                throw new IllegalStateException(command);
            }
        }
    }
}
