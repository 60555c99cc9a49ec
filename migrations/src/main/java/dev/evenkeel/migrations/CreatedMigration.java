package dev.evenkeel.migrations;

import java.nio.file.Path;
import java.util.List;

/**
 * The files of a new migration.
 *
 * @param script the migration itself
 * @param undo what takes it back; unless its text was given, it refuses to run until somebody has written it
 * @param transactional whether it runs in a transaction; otherwise a {@code .conf} file beside each of the two says so
 * @param warnings what is worth a look and was no reason to refuse
 */
public record CreatedMigration(String version, Path script, Path undo, boolean transactional, List<String> warnings) {

    public CreatedMigration {
        warnings = List.copyOf(warnings);
    }
}
