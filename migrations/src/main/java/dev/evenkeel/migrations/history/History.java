package dev.evenkeel.migrations.history;

import dev.evenkeel.migrations.script.Version;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a history says at one moment. Immutable.
 *
 * @param rows in the order in which they were written
 * @param hold the oldest version that a rollback keeps from being applied again; {@code null} when there is none
 */
public record History(List<HistoryRow> rows, @Nullable Version hold) {

    public static final History EMPTY = new History(List.of(), null);

    public History {
        rows = List.copyOf(rows);
    }

    /** The rows in force, in their order: neither taken back, nor replaced by a later run of the same repeatable script. */
    public List<HistoryRow> inForce() {
        Map<String, HistoryRow> last = new LinkedHashMap<>();
        for (HistoryRow row : rows) {
            String key = row.version() == null ? "R " + row.description() : "V " + row.version();
            last.remove(key);
            if (!row.isDelete()) {
                last.put(key, row);
            }
        }
        return List.copyOf(last.values());
    }

    /** The row that undid this one. */
    public Optional<HistoryRow> undoOf(HistoryRow applied) {
        return rows.stream()
                .filter(row -> row.rank() > applied.rank())
                .filter(row -> applied.version() != null && applied.version().equals(row.version()))
                .findFirst()
                .filter(HistoryRow::isUndo);
    }

    /** The newest version in force. */
    public Optional<Version> version() {
        return inForce().stream()
                .filter(HistoryRow::success)
                .map(HistoryRow::version)
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder());
    }

    /** The newest version in force, or of which a part may be there because it failed. */
    public Optional<Version> attempted() {
        return inForce().stream()
                .map(HistoryRow::version)
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder());
    }

    /** The row in force that was written last: the one that a snapshot of the schema belongs to. */
    public Optional<HistoryRow> head() {
        return inForce().stream().filter(HistoryRow::isScript).reduce((earlier, later) -> later);
    }
}
