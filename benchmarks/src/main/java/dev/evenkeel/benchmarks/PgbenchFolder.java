package dev.evenkeel.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The files of one run of pgbench, deleted at its end. */
record PgbenchFolder(Path folder) implements AutoCloseable {

    private static final String LOG = "log";

    static PgbenchFolder create(String script) throws IOException {
        PgbenchFolder folder = new PgbenchFolder(Files.createTempDirectory("evenkeel-pgbench"));
        Files.writeString(folder.script(), script);
        return folder;
    }

    Path script() {
        return folder.resolve("script.sql");
    }

    Path output() {
        return folder.resolve("output.txt");
    }

    Path logPrefix() {
        return folder.resolve(LOG);
    }

    /** One line for each transaction; each thread has a file. */
    List<String> log() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path file : files()) {
            if (file.getFileName().toString().startsWith(LOG)) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Override
    public void close() throws IOException {
        for (Path file : files()) {
            Files.delete(file);
        }
        Files.delete(folder);
    }
}
