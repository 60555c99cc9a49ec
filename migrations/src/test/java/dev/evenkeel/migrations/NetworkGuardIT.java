package dev.evenkeel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.testkit.ClusterSpec;
import dev.evenkeel.testkit.PostgresCluster;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Migrates in a network namespace that has the loopback interface and nothing else. The kernel counts there what somebody wanted
 * to send elsewhere: a licence server, news, or a name server that would know them.
 */
class NetworkGuardIT {

    private static final String ISOLATED = "ip link set lo up && exec \"$@\"";

    @TempDir
    private Path root;

    private String run(String whatToDo) throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/unshare"))
                        && System.getProperty("user.name").equals("root"),
                "needs root and unshare");
        Path output = root.resolve("output");
        Process process = new ProcessBuilder(
                        "unshare",
                        "--net",
                        "sh",
                        "-c",
                        ISOLATED,
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Inside.class.getName(),
                        whatToDo,
                        root.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(120, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended).isTrue();
        String said = Files.readString(output);
        return said.lines()
                .filter(line -> line.startsWith(Inside.ANSWER))
                .findFirst()
                .orElseThrow(() -> new AssertionError(said));
    }

    @Test
    void aMigrationAndItsRollbackSendNothingToAnybodyButTheServer() throws Exception {
        Schemas.write(root.resolve("migration"), "V1__item.sql", "create table item (id int);");
        Schemas.write(root.resolve("migration"), "V2__name.sql", "alter table item add name text;");

        assertThat(run("migrate")).isEqualTo(Inside.ANSWER + "migrated, 0 elsewhere");
    }

    @Test
    void theKernelCountsWhatIsSentElsewhere() throws Exception {
        assertThat(run("elsewhere")).isEqualTo(Inside.ANSWER + "tried, 1 elsewhere");
    }

    /** What runs in the namespace. */
    static final class Inside {

        static final String ANSWER = "ANSWER ";

        private Inside() {}

        public static void main(String[] arguments) throws IOException {
            long before = elsewhere();
            String done = arguments[0].equals("migrate") ? migrate(Path.of(arguments[1])) : tryElsewhere();
            System.out.println(ANSWER + done + ", " + (elsewhere() - before) + " elsewhere");
            System.exit(0);
        }

        private static String migrate(Path root) {
            try (PostgresCluster cluster =
                    PostgresCluster.start(ClusterSpec.builder().build())) {
                ReactiveDatabaseManager db = Schemas.start(cluster);
                MigrationManager migrations = Schemas.migrations(db, root);
                Schemas.migrate(migrations);
                migrations.validateSchema().block(Schemas.PATIENCE);
                migrations.getMigrationHistory().collectList().block(Schemas.PATIENCE);
                Schemas.rollback(migrations, "2");
                db.shutdown().block(Schemas.PATIENCE);
            }
            return "migrated";
        }

        /** An address that is reserved for documentation; there is no way to it from here. */
        private static String tryElsewhere() {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("192.0.2.1", 443), 1000);
                return "connected";
            } catch (IOException e) {
                return "tried";
            }
        }

        /** Of both versions of IP: how often there was no way to where something was to be sent. */
        private static long elsewhere() throws IOException {
            List<String> counters = Files.readAllLines(Path.of("/proc/net/snmp"), StandardCharsets.US_ASCII).stream()
                    .filter(line -> line.startsWith("Ip:"))
                    .toList();
            List<String> names = List.of(counters.get(0).split(" ", -1));
            long four = Long.parseLong(counters.get(1).split(" ", -1)[names.indexOf("OutNoRoutes")]);
            return four
                    + Files.readAllLines(Path.of("/proc/net/snmp6"), StandardCharsets.US_ASCII).stream()
                            .filter(line -> line.startsWith("Ip6OutNoRoutes"))
                            .mapToLong(line -> Long.parseLong(
                                    line.substring(line.lastIndexOf(' ') + 1).trim()))
                            .sum();
        }
    }
}
