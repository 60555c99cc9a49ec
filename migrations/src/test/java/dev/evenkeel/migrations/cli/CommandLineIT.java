package dev.evenkeel.migrations.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.testkit.PostgresCluster;
import dev.evenkeel.testkit.WithPostgres;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@WithPostgres(isolated = true)
class CommandLineIT {

    private final PostgresCluster cluster;

    @TempDir
    private Path sources;

    CommandLineIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    /** What a run of the command line left. */
    private record Ran(int exit, String out, String err) {}

    private Ran run(String in, boolean terminal, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Evenkeel.commandLine(new Evenkeel(Map.of(), new StringReader(in), terminal))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--sources", sources.toString()));
        if (all.stream().noneMatch("--url"::equals)) {
            all.addAll(List.of("--url", cluster.url(cluster.primary())));
        }
        int exit = line.execute(all.toArray(String[]::new));
        return new Ran(exit, out.toString(), err.toString());
    }

    private Ran run(String... arguments) {
        return run("", false, arguments);
    }

    @BeforeEach
    void start() {
        cluster.primary().execute("drop schema public cascade; create schema public");
        write("db/migration/V1__item.sql", "create table item (id int, name text);");
        write("db/migration/V2__price.sql", "alter table item add price int;");
    }

    private void write(String name, String sql) {
        try {
            Path file = sources.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, sql);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void migratesTakesBackAndReleases() {
        assertThat(run("status", "--check").exit()).isEqualTo(ExitCode.FINDING);
        Ran migrated = run("migrate");
        assertThat(migrated.exit()).as(migrated.err()).isEqualTo(ExitCode.DONE);
        assertThat(migrated.err())
                .contains(
                        "2 scripts to apply", "V1__item.sql applied in", "2 scripts in", "the schema is at version 2");
        assertThat(migrated.out()).isEmpty();
        assertThat(run("status", "--check").exit()).isEqualTo(ExitCode.DONE);
        assertThat(run("status").out()).contains("2                completed").contains("price");

        assertThat(run("rollback", "2").exit()).as("nobody can be asked").isEqualTo(ExitCode.USAGE);
        assertThat(run("n\n", true, "rollback", "2").exit()).isEqualTo(ExitCode.USAGE);
        Ran back = run("y\n", true, "rollback", "2");
        assertThat(back.exit()).as(back.err()).isEqualTo(ExitCode.DONE);
        assertThat(back.err())
                .contains("Take back every version from 2 on? [y/N]")
                .contains("the schema is at version 1");
        assertThat(run("migrate").err()).contains("nothing to do: the schema is at version 1, on hold: 2");
        assertThat(run("release", "--json").out()).isEqualTo("{\"released\":true}\n");
        assertThat(run("migrate", "--json").out().lines().toList())
                .first()
                .isEqualTo("{\"event\":\"MigrationsPlanned\",\"scripts\":[\"V2__price.sql\"]}");
        assertThat(run("rollback", "1", "--yes").exit()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void showsProgressOnATerminal() {
        Ran migrated = run("", true, "migrate");

        assertThat(migrated.err()).contains("\r\u001b[K[....................] 0/2 V1__item.sql", "1/2 V2__price.sql");
    }

    @Test
    void tellsHowTheSchemaIs() {
        run("migrate");
        assertThat(run("validate").out()).contains("version 2, 0 pending, all is well");

        cluster.primary().execute("alter table item add by_hand int");

        Ran validated = run("validate", "--json");
        assertThat(validated.exit()).isEqualTo(ExitCode.FINDING);
        assertThat(validated.out()).contains("\"kind\":\"DRIFT\",\"object\":\"column item.by_hand\"");
    }

    @Test
    void tellsWhatPendingScriptsDoAndStopsTheRelease() {
        run("migrate");
        write("db/migration/V3__type.sql", "alter table item alter id type bigint;");

        Ran effects = run("effects", "--fail-on", "rewrite,scan");

        assertThat(effects.exit()).isEqualTo(ExitCode.FINDING);
        assertThat(effects.out()).contains("V3__type.sql", "public.item: ACCESS EXCLUSIVE, rewritten");
        assertThat(effects.err()).contains("public.item is rewritten", "[EFFECT_REFUSED]", "  1. ");
        assertThat(run("effects", "--on", "database", "--json").out()).contains("\"rewritten\":true");
        assertThat(run("effects", "--fail-on", "everything").exit()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void writesNewMigrationsWithoutADatabase() {
        Ran created =
                run("", false, "new", "add note", "--sql", "alter table item add note text", "--url", "r2dbc:nothing");
        assertThat(created.exit()).as(created.err()).isEqualTo(ExitCode.DONE);
        assertThat(sources.resolve("db/migration/V3__add_note.sql")).hasContent("alter table item add note text");

        Ran refused = run("create index on item (name);", false, "new", "by name");
        assertThat(refused.exit()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err()).contains("[MIGRATION_UNSAFE]", "create index concurrently");
    }

    @Test
    void saysWhatWentWrongByItsExitCode() {
        write("db/migration/V3__broken.sql", "alter table nobody add x int;");
        Ran failed = run("migrate", "--json");
        assertThat(failed.exit()).isEqualTo(ExitCode.FAILED);
        assertThat(failed.err()).contains("\"code\":\"42P01\"", "\"suggestions\":[");

        assertThat(run("status", "--url", "r2dbc:postgresql://postgres@127.0.0.1:1/postgres")
                        .exit())
                .isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run("status", "--url", "nonsense").exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run("nothing").exit()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void isOneFileThatRuns() throws Exception {
        Path jar;
        try (Stream<Path> built = Files.list(Path.of("target"))) {
            jar = built.filter(file -> file.toString().endsWith("-cli.jar"))
                    .findFirst()
                    .orElseThrow();
        }
        ProcessBuilder line = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        jar.toString(),
                        "migrate",
                        "--json",
                        "--sources",
                        sources.toString())
                .redirectError(sources.resolve("err").toFile());
        line.environment()
                .putAll(Map.of(
                        "DATABASE_HOST", cluster.primary().host(),
                        "DATABASE_PORT", String.valueOf(cluster.primary().port()),
                        "DATABASE_NAME", "postgres",
                        "DATABASE_USER", "postgres",
                        "DATABASE_PASSWORD", "unused"));
        Process process = line.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(sources.resolve("err"))).isEmpty();
        assertThat(process.exitValue()).isEqualTo(ExitCode.DONE);
        assertThat(out).contains("\"event\":\"SchemaChanged\",\"version\":\"2\"");
    }
}
