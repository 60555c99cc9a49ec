package dev.evenkeel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Another JVM that runs a class of the tests: to be stopped as a whole, with a clock of its own, or with a network and file
 * systems of its own, which end with it. It talks by lines; what it says about figures goes into the log.
 */
final class ChildJvm implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger("figures");
    private static final String FIGURE = "figure ";

    /** In namespaces of its own, with nothing but a loopback. */
    static final List<String> ISOLATED =
            List.of("unshare", "--net", "--mount", "sh", "-c", "ip link set lo up && exec \"$0\" \"$@\"");

    private final Process process;
    private final BufferedReader said;

    private ChildJvm(Process process) {
        this.process = process;
        this.said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Runs {@code main} behind the command of a {@code wrapper}, which may be empty. */
    static ChildJvm start(List<String> wrapper, Map<String, String> environment, Class<?> main, String... arguments)
            throws IOException {
        String java = ProcessHandle.current().info().command().orElse("");
        Assumptions.assumeFalse(java.isEmpty(), "needs to know the JVM's own command");
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(
                java,
                "-XX:+AllowRedefinitionToAddDeleteMethods",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new ChildJvm(builder.start());
    }

    /** Skips the test when this machine does not let us run a command. */
    static void assumeThat(String what, String... command) {
        Assumptions.assumeTrue(succeeds(command), "needs " + what + ": " + String.join(" ", command));
    }

    static boolean succeeds(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** What it says until it says this. */
    List<String> until(String last) throws IOException {
        List<String> lines = new ArrayList<>();
        String line = said.readLine();
        while (line != null && !line.equals(last)) {
            if (line.startsWith(FIGURE)) {
                log.info(line.substring(FIGURE.length()));
            }
            lines.add(line);
            line = said.readLine();
        }
        assertThat(line)
                .as("after %s", String.join(System.lineSeparator(), lines))
                .isEqualTo(last);
        return lines;
    }

    /** Lets it go on from where it waits for a line. */
    void goOn() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /** Called in the child: waits for {@link #goOn}. */
    static void pause() throws IOException {
        if (System.in.read() < 0) {
            throw new IOException("nobody is there any more");
        }
    }

    void signal(String name) {
        assertThat(succeeds("kill", name, String.valueOf(process.pid()))).isTrue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(Databases.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
