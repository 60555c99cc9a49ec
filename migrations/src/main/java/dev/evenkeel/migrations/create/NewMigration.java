package dev.evenkeel.migrations.create;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.CreatedMigration;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.script.Script;
import dev.evenkeel.migrations.script.Scripts;
import dev.evenkeel.migrations.script.Transactions;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.undo.UndoScript;
import dev.evenkeel.sql.SqlStatement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes the files of a migration. Blocks. */
public final class NewMigration {

    private static final String CONF = "executeInTransaction=false\n";

    private final Path sources;
    private final String name;
    private final String sql;
    private final @Nullable String undoSql;

    /** Without {@code undoSql} the undo is left to be written. */
    public NewMigration(Path sources, String name, String sql, @Nullable String undoSql) {
        this.sources = sources;
        this.name = fileName(name);
        this.sql = sql;
        this.undoSql = undoSql;
    }

    private static String fileName(String name) {
        String plain = name.trim()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "_")
                .replaceAll("^_+|_+$", "");
        if (plain.isEmpty()) {
            throw InvalidConfigurationException.of(
                    "migration name",
                    "'" + name + "'",
                    "words of letters and digits",
                    "say what it does: 'add customer email'");
        }
        return plain;
    }

    /**
     * Looks at the statements, and writes if nothing is against it.
     *
     * @throws MigrationException when a statement is dangerous, there is none, or the files cannot be written
     */
    public CreatedMigration write() {
        List<SqlStatement> statements = SqlStatement.split(sql);
        if (statements.isEmpty()) {
            throw new MigrationException(Failure.of(
                    "MIGRATION_EMPTY",
                    ErrorType.SCHEMA,
                    "No file was written: there is no statement",
                    "write the SQL"));
        }
        List<String> warnings = SafetyCheck.warnings(sql, statements);
        Path migrations = sources.resolve("db").resolve("migration");
        Path undo = sources.resolve("db").resolve("rollback");
        Version version = NextVersion.after(known(migrations), Instant.now());
        Path script = migrations.resolve("V%s__%s.sql".formatted(version, name));
        Path undoScript = undo.resolve("U%s__%s.sql".formatted(version, name));
        boolean transactional = statements.stream().allMatch(Transactions::allow);
        try {
            write(script, sql, transactional);
            String undoText = undoSql == null ? unwritten(script) : undoSql;
            write(undoScript, undoText, SqlStatement.split(undoText).stream().allMatch(Transactions::allow));
        } catch (IOException e) {
            throw new MigrationException(Failure.of(
                            "MIGRATION_NOT_WRITTEN",
                            ErrorType.SCHEMA,
                            "The files of the migration cannot be written below " + sources,
                            "set migrations.sources to the folder of your sources: they are written there, not into a jar")
                    .causedBy(e));
        }
        return new CreatedMigration(version.toString(), script, undoScript, transactional, warnings);
    }

    private static List<Version> known(Path folder) {
        return Scripts.read(MigrationConfig.builder()
                        .locations(MigrationConfig.FILESYSTEM + folder)
                        .undoLocations()
                        .build())
                .versioned()
                .stream()
                .map(Script::version)
                .flatMap(version -> Stream.ofNullable(version))
                .toList();
    }

    private static String unwritten(Path script) {
        return "%s%n-- Write what takes %s back, and remove the first line.%n"
                .formatted(UndoScript.UNWRITTEN, Objects.requireNonNull(script.getFileName()));
    }

    /** Never over a file that is there: somebody else may have taken the version a moment ago. */
    private static void write(Path file, String text, boolean transactional) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.writeString(file, text.endsWith("\n") ? text : text + "\n", StandardOpenOption.CREATE_NEW);
        if (!transactional) {
            Files.writeString(Path.of(file + ".conf"), CONF, StandardOpenOption.CREATE_NEW);
        }
    }
}
