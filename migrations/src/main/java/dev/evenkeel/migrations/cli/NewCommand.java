package dev.evenkeel.migrations.cli;

import dev.evenkeel.migrations.CreatedMigration;
import dev.evenkeel.migrations.MigrationManager;
import dev.evenkeel.migrations.create.NewMigration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "new",
        mixinStandardHelpOptions = true,
        description =
                "Writes a script with the next version, and one that undoes it; refuses what would stop the traffic.")
final class NewCommand extends Action {

    @Parameters(paramLabel = "NAME", description = "what it does, in a few words")
    private String name = "";

    @Option(
            names = "--sql",
            paramLabel = "TEXT",
            description = "the statements; without --sql and --file they are read from the input")
    private @Nullable String sql;

    @Option(names = "--file", paramLabel = "FILE", description = "a file with the statements")
    private @Nullable Path file;

    @Option(names = "--undo", paramLabel = "TEXT", description = "the statements that take it back")
    private @Nullable String undo;

    /** It is about files only. */
    @Override
    Integer beforehand(Output output) {
        Path sources = settings().migrations().sources();
        CreatedMigration created = new NewMigration(sources, name, sql(), undo).write();
        List<String> lines = new ArrayList<>(
                List.of(created.script().toString(), created.undo().toString()));
        created.warnings().forEach(warning -> lines.add("warning: " + warning));
        output.result(created, lines);
        return ExitCode.DONE;
    }

    private String sql() {
        if (sql != null) {
            return sql;
        }
        try {
            return file == null ? world().input() : Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("%s cannot be read".formatted(file), e);
        }
    }

    @Override
    int run(MigrationManager migrations, Output output) {
        throw new IllegalStateException("it is done beforehand");
    }
}
