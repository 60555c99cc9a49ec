package dev.evenkeel;

import dev.evenkeel.testkit.PostgresNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** The pooler that many servers stand behind, in transaction mode, as the user guide says to set it. */
final class PgBouncer implements AutoCloseable {

    static final String PROGRAM = "pgbouncer";

    /** What our URLs need in front of a pooler that does not know prepared statements. */
    static final String URL_OPTIONS = "?preparedStatementCacheQueries=0";

    private static final int ATTEMPTS = 5;
    private static final Map<PostgresNode, PgBouncer> SHARED = new ConcurrentHashMap<>();

    private final Path directory;
    private final int port;
    private final Process process;

    private PgBouncer(Path directory, int port, Process process) {
        this.directory = directory;
        this.port = port;
        this.process = process;
    }

    /** Skips the test where the program is not installed. */
    static PgBouncer inFrontOf(PostgresNode node, List<String> settings) {
        Assumptions.assumeTrue(isInstalled(), PROGRAM + " is not installed: apt-get install " + PROGRAM);
        try {
            for (int attempt = 1; ; attempt++) {
                PgBouncer started = start(node, settings);
                if (started.isUp()) {
                    return started;
                }
                String log = Files.readString(started.directory.resolve("log"));
                started.close();
                if (attempt == ATTEMPTS) {
                    throw new IllegalStateException(PROGRAM + " does not start:\n" + log);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same one for all tests on this server, until the JVM ends. */
    static PgBouncer shared(PostgresNode node) {
        return SHARED.computeIfAbsent(node, first -> {
            PgBouncer started = inFrontOf(node, List.of());
            Runtime.getRuntime().addShutdownHook(new Thread(started::close));
            return started;
        });
    }

    private static boolean isInstalled() {
        return List.of(System.getenv("PATH").split(":")).stream()
                        .map(directory -> Path.of(directory, PROGRAM))
                        .anyMatch(Files::isExecutable)
                || Files.isExecutable(Path.of("/usr/sbin", PROGRAM));
    }

    private static PgBouncer start(PostgresNode node, List<String> settings) throws IOException {
        Path directory = Files.createTempDirectory(PROGRAM);
        int port = freePort();
        List<String> lines = new ArrayList<>(List.of(
                "[databases]",
                // It hands no user on with auth_type any.
                "* = host=%s port=%d user=postgres".formatted(node.host(), node.port()),
                "[pgbouncer]",
                "listen_addr = 127.0.0.1",
                "listen_port = " + port,
                "unix_socket_dir =",
                "auth_type = any",
                "pool_mode = transaction",
                "ignore_startup_parameters = extra_float_digits",
                // So that the leak check sees only sessions that somebody uses.
                "server_idle_timeout = 1"));
        lines.addAll(settings);
        Path file = Files.write(directory.resolve("pgbouncer.ini"), lines);
        List<String> command = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            // It refuses root, which is nobody in a user namespace of its own.
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(List.of(executable(), file.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        return new PgBouncer(directory, port, process);
    }

    /** Since 1.21; this has to be switched off to see what older ones do. */
    static List<String> withoutPreparedStatements() {
        try {
            Process asked = new ProcessBuilder(executable(), "--version").start();
            String version = new String(asked.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            Matcher minor = Pattern.compile("PgBouncer 1\\.([0-9]+)").matcher(version);
            boolean old = minor.find() && Integer.parseInt(minor.group(1)) < 21;
            return old ? List.of() : List.of("max_prepared_statements = 0");
        } catch (IOException e) {
            return List.of();
        }
    }

    private static String executable() {
        Path usual = Path.of("/usr/sbin", PROGRAM);
        return Files.isExecutable(usual) ? usual.toString() : PROGRAM;
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private boolean isUp() {
        Databases.await(PROGRAM + " listens or ends", () -> !process.isAlive() || listens());
        return process.isAlive();
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    String url() {
        return "r2dbc:postgresql://postgres@127.0.0.1:%d/postgres".formatted(port);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(Databases.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Files.deleteIfExists(directory.resolve("pgbouncer.ini"));
            Files.deleteIfExists(directory.resolve("log"));
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
