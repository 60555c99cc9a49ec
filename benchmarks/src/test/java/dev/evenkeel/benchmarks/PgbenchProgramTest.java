package dev.evenkeel.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PgbenchProgramTest {

    private Path folder = Path.of("");
    private Path packages = Path.of("");

    @BeforeEach
    void makeFolders(@TempDir Path temporary) throws IOException {
        folder = Files.createDirectory(temporary.resolve("bin"));
        packages = Files.createDirectory(temporary.resolve("postgresql"));
    }

    private static Path program(Path parent) throws IOException {
        Path program = Files.writeString(Files.createDirectories(parent).resolve("pgbench"), "");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return program;
    }

    @Test
    void isTheGivenOneWhateverElseThereIs() throws IOException {
        program(folder);

        assertThat(PgbenchProgram.find(Optional.of(Path.of("mine")), folder.toString()))
                .contains(Path.of("mine"));
    }

    @Test
    void isOnThePathBeforeItIsThatOfAPackage() throws IOException {
        Path onPath = program(folder);
        program(packages.resolve("17/bin"));

        assertThat(PgbenchProgram.find("/nowhere" + File.pathSeparator + folder, packages))
                .contains(onPath);
    }

    @Test
    void isThatOfTheNewestPackage() throws IOException {
        program(packages.resolve("9/bin"));
        Path newest = program(packages.resolve("18/bin"));

        assertThat(PgbenchProgram.find("", packages)).contains(newest);
    }

    @Test
    void isMissingWhereNoFileOfThatNameCanBeRun() throws IOException {
        Files.writeString(folder.resolve("pgbench"), "");

        assertThat(PgbenchProgram.find(folder.toString(), packages)).isEmpty();
        assertThat(PgbenchProgram.find("", folder.resolve("none"))).isEmpty();
    }
}
