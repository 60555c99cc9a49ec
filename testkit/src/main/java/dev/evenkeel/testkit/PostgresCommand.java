package dev.evenkeel.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts programs of the server, which refuse to run as root. */
final class PostgresCommand {

    private PostgresCommand() {}

    /** The program as a direct child of this JVM, so that its end is noticed at once; output goes to {@code log}. */
    static Process start(List<String> command, Path log) throws IOException {
        List<String> line = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            // In a user namespace of its own root looks like nobody to the program, and it replaces unshare's process.
            line.addAll(List.of("unshare", "-U"));
        }
        line.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                // A pipe would be inherited by every backend and keep a reader waiting for the last of them.
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // Settings of libpq and locales of the developer's shell must not change what tests see.
        builder.environment().keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        builder.environment().put("TZ", "UTC");
        return builder.start();
    }

    static void run(List<String> command, Path log, Duration deadline) throws IOException {
        Process process = start(command, log);
        try {
            if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(command.get(0) + " did not end within " + deadline + ":\n" + tail(log));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while running " + command.get(0), e);
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new IOException(command.get(0) + " ended with " + process.exitValue() + ":\n" + tail(log));
        }
    }

    static String tail(Path log) {
        try {
            List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException e) {
            return "(log not readable: " + e + ")";
        }
    }
}
