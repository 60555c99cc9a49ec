package dev.evenkeel.migrations.undo;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.history.History;
import dev.evenkeel.migrations.history.HistoryRow;
import dev.evenkeel.migrations.script.Version;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a rollback will do, newest first. Immutable.
 *
 * @param from the oldest version that is undone
 */
public record UndoPlan(Version from, List<Step> steps) {

    public UndoPlan {
        steps = List.copyOf(steps);
    }

    /**
     * One version.
     *
     * @param applied its row in the history
     * @param remaining the script whose state of the schema comes back; {@code null} for that before the first one
     */
    public record Step(
            HistoryRow applied, Undo undo, @Nullable String remaining) {

        Version version() {
            return Objects.requireNonNull(applied.version());
        }
    }

    /** Where undos come from. */
    @FunctionalInterface
    public interface UndoSource {

        /** Of a version, when these rows stay in force. */
        Optional<? extends Undo> undoOf(HistoryRow applied, List<HistoryRow> remaining) throws SQLException;
    }

    /**
     * Every version from this one on that is in force.
     *
     * @throws SQLException of the source
     * @throws MigrationException when that is none, when one of them failed, when one has no undo script, or when an older
     *     version was applied after one of them
     */
    public static UndoPlan of(History history, Version from, UndoSource source) throws SQLException {
        List<HistoryRow> remaining = new ArrayList<>(history.inForce());
        List<HistoryRow> undone = new ArrayList<>();
        for (HistoryRow row : history.inForce()) {
            if (row.version() != null && row.version().compareTo(from) >= 0 && row.isScript()) {
                undone.add(row);
            }
        }
        if (undone.isEmpty()) {
            throw refused(
                    "NOT_APPLIED",
                    "Version %s is not applied, nor is a later one".formatted(from),
                    "see getMigrationHistory() for what is applied");
        }
        refuseFailed(undone);
        refuseLaterOnes(remaining, undone, from);
        Collections.reverse(undone);
        List<Step> steps = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (HistoryRow row : undone) {
            remaining.remove(row);
            String left = head(remaining);
            source.undoOf(row, remaining)
                    .ifPresentOrElse(undo -> steps.add(new Step(row, undo, left)), () -> missing.add(row.script()));
        }
        if (!missing.isEmpty()) {
            throw refused(
                    "UNDO_MISSING",
                    "There is no undo script for %s, and how the schema looked before it is not known"
                            .formatted(String.join(", ", missing)),
                    "write U<version>__<name>.sql into migrations.undoLocations for each of them",
                    "or go forward: correct the schema by a new migration");
        }
        return new UndoPlan(from, steps);
    }

    /** The script that was applied last. */
    static @Nullable String head(List<HistoryRow> rows) {
        return rows.stream()
                .filter(HistoryRow::isScript)
                .map(HistoryRow::script)
                .reduce((earlier, later) -> later)
                .orElse(null);
    }

    private static void refuseFailed(List<HistoryRow> undone) {
        undone.stream().filter(row -> !row.success()).findFirst().ifPresent(row -> {
            throw refused(
                    "MIGRATION_FAILED",
                    "%s failed and could not be rolled back: nobody knows what an undo would meet"
                            .formatted(row.script()),
                    "undo by hand what it has done, run Flyway's repair, then roll back");
        });
    }

    /** It was made on top of what is to be undone. */
    private static void refuseLaterOnes(List<HistoryRow> inForce, List<HistoryRow> undone, Version from) {
        int first = undone.get(0).rank();
        inForce.stream()
                .filter(row -> row.rank() > first
                        && row.version() != null
                        && row.version().compareTo(from) < 0)
                .findFirst()
                .ifPresent(row -> {
                    throw refused(
                            "UNDO_OUT_OF_ORDER",
                            "%s was applied after %s and would stay"
                                    .formatted(row.script(), undone.get(0).script()),
                            "roll back from version %s on".formatted(row.version()));
                });
    }

    private static MigrationException refused(String code, String message, String... remedies) {
        return new MigrationException(Failure.of(code, ErrorType.SCHEMA, message + "; nothing was undone", remedies));
    }

    boolean isOneTransaction() {
        return steps.stream().allMatch(step -> step.undo().transactional());
    }

    /** The versions in words, newest first. */
    String versions() {
        return String.join(
                ", ", steps.stream().map(step -> step.version().toString()).toList());
    }
}
