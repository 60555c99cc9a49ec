package dev.evenkeel.migrations.effect;

import dev.evenkeel.migrations.LockMode;
import dev.evenkeel.migrations.TableEffect;
import dev.evenkeel.sql.SqlStatement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a statement did, from two looks at all relations. A lock that was held before counts only if something else was done to
 * its table: it is told where it was taken.
 *
 * @param before the statement
 * @param after it
 */
record Comparison(SqlStatement statement, Map<Long, Relation> before, Map<Long, Relation> after) {

    /** For those tables that were there before the script. */
    List<TableEffect> of(Set<Long> known, boolean transactional) {
        List<TableEffect> effects = new ArrayList<>();
        for (long oid : known) {
            Relation was = before.get(oid);
            if (was != null && !was.isIndex()) {
                TableEffect effect = of(was, after.get(oid), transactional);
                if (effect != null) {
                    effects.add(effect);
                }
            }
        }
        return effects.stream().sorted(Comparator.comparing(TableEffect::table)).toList();
    }

    private @Nullable TableEffect of(Relation was, @Nullable Relation is, boolean transactional) {
        if (is == null) {
            return new TableEffect(
                    was.name(), LockMode.ACCESS_EXCLUSIVE, false, false, List.of(), List.of(was.name()), 0, null, null);
        }
        boolean rewritten = was.file() != is.file() && !statement.startsWith("truncate");
        boolean scanned = is.scans() > was.scans();
        long changed = Math.max(0, is.changed() - was.changed());
        List<String> indexes = builtOn(was.oid());
        Set<String> removed = new TreeSet<>(was.columns());
        removed.removeAll(is.columns());
        if (!was.name().equals(is.name())) {
            removed.add(was.name());
        }
        boolean stronger = is.lock() != null && (was.lock() == null || is.lock().compareTo(was.lock()) > 0);
        boolean touched = rewritten || scanned || changed > 0 || !indexes.isEmpty() || !removed.isEmpty();
        if (transactional) {
            return stronger || touched ? effect(was, is.lock(), rewritten, scanned, indexes, removed, changed) : null;
        }
        boolean lost = before.values().stream()
                .anyMatch(index -> index.isIndex() && index.table() == was.oid() && !after.containsKey(index.oid()));
        return touched || lost
                ? effect(
                        was,
                        KnownLocks.of(statement),
                        rewritten,
                        KnownLocks.scans(statement),
                        indexes,
                        removed,
                        changed)
                : null;
    }

    private static TableEffect effect(
            Relation table,
            @Nullable LockMode lock,
            boolean rewritten,
            boolean scanned,
            List<String> indexes,
            Set<String> removed,
            long changed) {
        return new TableEffect(
                table.name(),
                lock == null ? LockMode.ACCESS_SHARE : lock,
                rewritten,
                scanned,
                indexes,
                List.copyOf(removed),
                changed,
                null,
                null);
    }

    /** New ones, and those that have another file; one that is made a constraint's keeps its file. */
    private List<String> builtOn(long table) {
        return after.values().stream()
                .filter(index -> index.isIndex() && index.table() == table)
                .filter(index -> {
                    Relation was = before.get(index.oid());
                    return was == null || was.file() != index.file();
                })
                .map(Relation::name)
                .sorted()
                .toList();
    }
}
