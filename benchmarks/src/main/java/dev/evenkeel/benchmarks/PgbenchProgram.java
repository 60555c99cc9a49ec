package dev.evenkeel.benchmarks;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds pgbench, which the embedded servers come without. */
final class PgbenchProgram {

    /** Debian's and Ubuntu's packages put one for each version there. */
    private static final Path PACKAGES = Path.of("/usr/lib/postgresql");

    private static final String NAME = "pgbench";

    private PgbenchProgram() {}

    /**
     * The given one, or else the first on the path, or else that of the newest package; empty when there is none.
     *
     * @param path as in the environment
     */
    static Optional<Path> find(Optional<Path> given, String path) {
        return given.isPresent() ? given : find(path, PACKAGES);
    }

    static Optional<Path> find(String path, Path packages) {
        Stream<Path> onPath = Arrays.stream(path.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of);
        return Stream.concat(onPath, packaged(packages))
                .map(folder -> folder.resolve(NAME))
                .filter(program -> Files.isRegularFile(program) && Files.isExecutable(program))
                .findFirst();
    }

    private static Stream<Path> packaged(Path packages) {
        File[] versions = packages.toFile().listFiles((folder, name) -> name.matches("\\d{1,4}"));
        return versions == null
                ? Stream.empty()
                : Arrays.stream(versions)
                        .sorted(Comparator.comparingInt((File version) -> Integer.parseInt(version.getName()))
                                .reversed())
                        .map(version -> version.toPath().resolve("bin"));
    }
}
