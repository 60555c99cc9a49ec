package dev.evenkeel.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
class JvmExitIT {

    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void terminatedJvmTakesItsServersAlongEvenHungOnes() throws Exception {
        Victim victim = Victim.start();

        victim.process().destroy();

        assertThat(victim.process().waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(victim.servers()).hasSize(2).noneMatch(JvmExitIT::runs);
        assertThat(victim.data()).doesNotExist();
    }

    @Test
    void whatAKilledJvmLeftBehindIsRemovedByTheNextCluster() throws Exception {
        Victim victim = Victim.start();
        victim.process().destroyForcibly().waitFor();
        assertThat(victim.servers()).allMatch(JvmExitIT::runs);

        PostgresCluster.start(ClusterSpec.single()).close();

        assertThat(victim.servers()).noneMatch(JvmExitIT::runs);
        assertThat(victim.data()).doesNotExist();
    }

    private static boolean runs(long pid) {
        try {
            // A zombie has no command line, but may wait for a slow init process.
            return !Files.readString(Path.of("/proc/" + pid + "/cmdline")).isEmpty();
        } catch (IOException gone) {
            return false;
        }
    }

    private record Victim(Process process, List<Long> servers, Path data) {

        static Victim start() throws IOException {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            VictimJvm.class.getName())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            BufferedReader output = process.inputReader();
            String line = output.readLine();
            while (line != null && !line.startsWith(VictimJvm.READY)) {
                line = output.readLine();
            }
            assertThat(line).as("word of the started cluster").isNotNull();
            String[] words = line.substring(VictimJvm.READY.length()).split(" ", 2);
            return new Victim(
                    process,
                    Stream.of(words[1].split(",", -1)).map(Long::valueOf).toList(),
                    Path.of(words[0]));
        }
    }

    /** Starts a cluster with a hung replica and waits to be ended. */
    static final class VictimJvm {
        static final String READY = "READY ";

        public static void main(String[] arguments) throws InterruptedException {
            PostgresCluster cluster = PostgresCluster.start(ClusterSpec.withReplicas(1));
            cluster.hang(cluster.replicas().get(0));
            String pids = String.join(
                    ",",
                    ProcessHandle.current()
                            .children()
                            .map(child -> String.valueOf(child.pid()))
                            .toList());
            System.out.println(READY + cluster.primary().queryOne("show data_directory") + " " + pids);
            Thread.currentThread().join();
        }
    }
}
