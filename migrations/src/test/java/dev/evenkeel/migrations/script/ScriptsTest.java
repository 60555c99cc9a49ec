package dev.evenkeel.migrations.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.migrations.MigrationConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptsTest {

    @TempDir
    private Path folder;

    private static List<String> paths(List<Script> scripts) {
        return scripts.stream().map(script -> script.file().path()).toList();
    }

    @Test
    void comparesVersionsNumberByNumber() {
        assertThat(Version.of("1.10")).isGreaterThan(Version.of("1.9")).isEqualTo(Version.of("1_10"));
        assertThat(Version.of("1.0")).isEqualTo(Version.of("1")).hasToString("1");
        assertThat(Version.of("20240101120000000000")).isGreaterThan(Version.of("2.1"));
        assertThatThrownBy(() -> Version.of("1.x"))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("'1.x'");
    }

    @Test
    void sortsFilesByWhatTheirNamesMean() throws IOException {
        for (String name : List.of(
                "V10__ten.sql",
                "V2__two.sql",
                "R__b.sql",
                "R__a.sql",
                "U2__two.sql",
                "beforeMigrate.sql",
                "V3__x.txt")) {
            Files.writeString(folder.resolve(name), "select 1");
        }
        Files.createDirectories(folder.resolve("sub"));
        Files.writeString(folder.resolve("sub").resolve("V1.1__one.sql"), "select 1");
        Files.writeString(folder.resolve("V2__two.sql.conf"), "executeInTransaction = false");

        Scripts scripts = Scripts.read(MigrationConfig.builder()
                .locations("filesystem:" + folder)
                .undoLocations()
                .build());

        assertThat(paths(scripts.versioned())).containsExactly("sub/V1.1__one.sql", "V2__two.sql", "V10__ten.sql");
        assertThat(paths(scripts.repeatable())).containsExactly("R__a.sql", "R__b.sql");
        assertThat(scripts.undo(Version.of("2"))).isPresent();
        assertThat(scripts.hasCallbacks()).isTrue();
        assertThat(scripts.versioned())
                .filteredOn(scripts::isMarkedNonTransactional)
                .hasSize(1);
    }

    @Test
    void readsScriptsFromAJar() throws IOException {
        Path jar = folder.resolve("my app.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            for (String name : List.of("db/", "db/migration/", "db/migration/V1__one.sql", "db/other/V2__two.sql")) {
                entries.putNextEntry(new JarEntry(name));
                if (name.endsWith(".sql")) {
                    entries.write("select 'ü'".getBytes(StandardCharsets.UTF_8));
                }
                entries.closeEntry();
            }
        }
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            Thread.currentThread().setContextClassLoader(loader);

            Scripts scripts = Scripts.read(MigrationConfig.defaults());

            assertThat(scripts.files()).containsExactly(new ScriptFile("V1__one.sql", "select 'ü'"));
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    @Test
    void theChecksumDoesNotDependOnLineEndsOrAByteOrderMark() {
        int checksum = new ScriptFile("V1__a.sql", "select 1;\nselect 2;\n").checksum();

        assertThat(new ScriptFile("V1__a.sql", "\uFEFFselect 1;\r\nselect 2;").checksum())
                .isEqualTo(checksum);
        assertThat(new ScriptFile("V1__a.sql", "select 1;\nselect 3;\n").checksum())
                .isNotEqualTo(checksum);
    }

    @Test
    void refusesLocationsAndBoundsThatCannotBe() {
        assertThatThrownBy(() ->
                        MigrationConfig.builder().locations("db/migration").build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("migrations.locations");
        assertThatThrownBy(() ->
                        MigrationConfig.builder().lockTimeout(Duration.ZERO).build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("migrations.lockTimeout");
    }

    @Test
    void contractScriptsMayBeMissingAndMustHaveAVersion() throws IOException {
        MigrationConfig config = MigrationConfig.builder()
                .contractLocations("filesystem:" + folder, "classpath:db/no-such-folder")
                .build();
        assertThat(Scripts.readContracts(config).files()).isEmpty();
        Files.writeString(folder.resolve("V2__index.sql"), "drop index concurrently item_name");
        Files.writeString(folder.resolve("V2__index.sql.conf"), "executeInTransaction=false");
        assertThat(paths(Scripts.readContracts(config).versioned())).containsExactly("V2__index.sql");
        assertThat(Scripts.readContracts(config).newest()).contains(Version.of("2"));

        Files.writeString(folder.resolve("R__view.sql"), "select 1");

        assertThatThrownBy(() -> Scripts.readContracts(config))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("R__view.sql")
                .hasMessageContaining("V<version>__<name>.sql");
    }

    @Test
    void theGraceOfTheFenceIsBounded() {
        assertThatThrownBy(() -> MigrationConfig.builder()
                        .fenceGrace(Duration.ofMillis(999))
                        .build())
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("migrations.fenceGrace");
    }
}
