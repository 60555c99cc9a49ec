package dev.evenkeel.migrations;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one statement does to a table that was there before its script. Immutable.
 *
 * @param table with its schema
 * @param lock the strongest that is held on it when the statement has run, until the end of the script
 * @param rewritten whether all its rows are written anew
 * @param scanned whether all its rows are read
 * @param indexes that are built
 * @param removed what another instance of the application may still use: the names of columns that are gone, or of the table itself
 * @param rowsChanged how many rows the statement inserted, updated and deleted; on a scratch database that is not what it will be
 * @param liveRows how many rows the table has where the migration will run, as the planner estimates; {@code null} when it was
 *     never analyzed or is not there
 * @param liveBytes how big it is there, with its indexes; {@code null} when it is not there
 */
public record TableEffect(
        String table,
        LockMode lock,
        boolean rewritten,
        boolean scanned,
        List<String> indexes,
        List<String> removed,
        long rowsChanged,
        @Nullable Long liveRows,
        @Nullable Long liveBytes) {

    public TableEffect {
        indexes = List.copyOf(indexes);
        removed = List.copyOf(removed);
    }

    /** Whether somebody waits for as long as it takes to go through the table. */
    public boolean stopsTraffic() {
        return rewritten || (scanned && lock.blocksWrites());
    }

    /** {@code public.item: ACCESS EXCLUSIVE, rewritten, 2 indexes built (812000 rows)} */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        parts.add(lock.toString());
        if (rewritten) {
            parts.add("rewritten");
        }
        if (scanned) {
            parts.add("scanned");
        }
        if (!indexes.isEmpty()) {
            parts.add("builds " + String.join(", ", indexes));
        }
        if (!removed.isEmpty()) {
            parts.add("removes " + String.join(", ", removed));
        }
        if (rowsChanged > 0) {
            parts.add(rowsChanged + " rows changed");
        }
        return table + ": " + String.join(", ", parts)
                + (liveRows == null ? "" : " (%d rows live)".formatted(liveRows));
    }
}
