package dev.evenkeel.migrations.undo;

import dev.evenkeel.migrations.history.HistoryTable;
import dev.evenkeel.migrations.schema.Change;
import dev.evenkeel.migrations.schema.Fingerprint;
import dev.evenkeel.migrations.schema.SchemaItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The statements that may take a change of the schema back, as far as there are any: nothing brings back a table, a column or a
 * sequence that is gone, because their rows and values are gone, too. Whether they did it is for others to see.
 */
final class Reversals {

    /** Their loss is a loss of data, so one of the same name that was made anew is not the same. */
    private static final Set<String> KEEPERS = Set.of("table", "column", "sequence");

    private final Fingerprint now;
    private final Names names;
    private final List<Reversal> found = new ArrayList<>();
    private final Map<String, SchemaItem> target;

    private Reversals(Fingerprint target, Fingerprint now, Names names) {
        this.target = target.byLabel();
        this.now = now;
        this.names = names;
    }

    /** From how the schema is now towards the target. Renamed tables come first, and alone: their names are in all others. */
    static List<Reversal> of(Fingerprint target, Fingerprint now, Names names) {
        Reversals reversals = new Reversals(target, now, names);
        List<Change> changes = target.changesTo(now);
        reversals.renames(changes, true);
        if (reversals.found.isEmpty()) {
            reversals.renames(changes, false);
            changes.stream()
                    .filter(change -> !reversals.goesWithItsTable(change))
                    .forEach(reversals::add);
        }
        return List.copyOf(reversals.found);
    }

    /** A table, column or sequence that is not the one of that name that was there before. */
    static List<String> replaced(Fingerprint target, Fingerprint now) {
        Map<String, SchemaItem> present = now.byLabel();
        List<String> labels = new ArrayList<>();
        target.byLabel().forEach((label, before) -> {
            SchemaItem after = present.get(label);
            if (after != null
                    && KEEPERS.contains(before.kind())
                    && !isView(before)
                    && !before.identity().equals(after.identity())
                    && !belongsToView(before, target)) {
                labels.add(label);
            }
        });
        return labels;
    }

    private static boolean isView(SchemaItem item) {
        return item.kind().equals("table")
                && Set.of("v", "m", "c").contains(item.fields().get(0));
    }

    private static boolean belongsToView(SchemaItem item, Fingerprint in) {
        if (!item.kind().equals("column")) {
            return false;
        }
        String table = new Names("").table(item.name()).substring(1);
        SchemaItem owner = in.byLabel().get("table " + table);
        return owner != null && isView(owner);
    }

    private void renames(List<Change> changes, boolean tables) {
        Map<String, SchemaItem> added = new TreeMap<>();
        changes.stream()
                .filter(Change::isAdded)
                .map(Change::item)
                .filter(item -> !item.identity().isEmpty())
                .forEach(item -> added.put(item.kind() + item.identity(), item));
        for (Change change : changes) {
            SchemaItem before = change.item();
            SchemaItem after = added.get(before.kind() + before.identity());
            if (change.isRemoved() && after != null && before.kind().equals("table") == tables) {
                rename(before, after);
            }
        }
    }

    private void rename(SchemaItem before, SchemaItem after) {
        String from = names.part(after.name());
        String to = names.part(before.name());
        switch (before.kind()) {
            case "table" ->
                add("alter %s %s rename to %s".formatted(relation(after), names.full(after.name()), before.name()));
            case "column" ->
                add("alter table %s rename column %s to %s".formatted(names.table(after.name()), from, to));
            case "constraint" ->
                add("alter table %s rename constraint %s to %s".formatted(names.table(after.name()), from, to));
            case "index" -> add("alter index %s rename to %s".formatted(names.full(from), to));
            case "sequence" -> add("alter sequence %s rename to %s".formatted(names.full(after.name()), before.name()));
            case "type" -> add("alter type %s rename to %s".formatted(names.full(after.name()), before.name()));
            case "trigger", "rule", "policy" ->
                add("alter %s %s on %s rename to %s".formatted(before.kind(), from, names.table(after.name()), to));
            default -> {
                // made anew from its definition
            }
        }
    }

    private static String relation(SchemaItem table) {
        return switch (table.fields().get(0)) {
            case "v" -> "view";
            case "m" -> "materialized view";
            case "f" -> "foreign table";
            case "c" -> "type";
            default -> "table";
        };
    }

    private void add(String... ways) {
        found.add(Reversal.by(ways));
    }

    /** It is dropped together with a table that was added, or belongs to a view, which is made of its definition. */
    private boolean goesWithItsTable(Change change) {
        if (!Set.of("column", "constraint", "index", "trigger", "rule", "policy")
                .contains(change.item().kind())) {
            return false;
        }
        String table =
                names.table(change.item().name()).substring(names.schema().length() + 1);
        SchemaItem before = target.get("table " + table);
        return before == null || (isView(before) && change.item().kind().equals("column"));
    }

    private void add(Change change) {
        SchemaItem before = change.before();
        SchemaItem after = change.after();
        String name = change.item().name();
        switch (change.item().kind()) {
            case "table" -> table(before, after);
            case "column" -> column(before, after);
            case "constraint" ->
                swap(
                        after == null
                                ? null
                                : "alter table %s drop constraint %s".formatted(names.table(name), names.part(name)),
                        before == null
                                ? null
                                : "alter table %s add constraint %s %s"
                                        .formatted(names.table(name), names.part(name), before.definition()));
            case "index" -> index(before, after);
            case "view" -> view(before, after);
            case "sequence" -> sequence(before, after);
            case "function" -> function(before, after);
            case "trigger" -> trigger(before, after);
            case "rule" ->
                swap(
                        after == null ? null : "drop rule %s on %s".formatted(names.part(name), names.table(name)),
                        before == null ? null : before.fields().get(1));
            case "policy" -> policy(before, after);
            case "type" -> type(before, after);
            case "statistics" ->
                swap(
                        after == null ? null : "drop statistics " + names.full(name),
                        before == null ? null : before.definition());
            case "extension" -> swap(after == null ? null : "drop extension " + name, null);
            case "comment" ->
                add("comment on %s is %s"
                        .formatted(name, HistoryTable.literal(before == null ? null : before.definition())));
            case "grant" -> grant(before, after, name);
            default -> {
                // unknown to this class: it stays, and is told
            }
        }
    }

    /** Takes away what is there, puts back what was; one of them may be missing. */
    private void swap(@Nullable String drop, @Nullable String create) {
        if (drop != null && create != null) {
            add(drop + "; " + create);
        } else {
            add(Objects.requireNonNull(drop == null ? create : drop));
        }
    }

    private void table(@Nullable SchemaItem before, @Nullable SchemaItem after) {
        if (before == null && after != null) {
            add("drop %s %s".formatted(relation(after), names.full(after.name())));
        } else if (before != null && after != null && !isView(before)) {
            TableReversal.of(names.full(before.name()), before.fields(), after.fields())
                    .forEach(this::add);
        }
    }

    private void column(@Nullable SchemaItem before, @Nullable SchemaItem after) {
        if (before == null && after != null) {
            add("alter table %s drop column %s".formatted(names.table(after.name()), names.part(after.name())));
        } else if (before != null && after != null) {
            found.addAll(ColumnReversal.of(
                    names.table(before.name()), names.part(before.name()), before.fields(), after.fields()));
        }
    }

    private void index(@Nullable SchemaItem before, @Nullable SchemaItem after) {
        String label = Objects.requireNonNull(before == null ? after : before).name();
        if (before != null
                && after != null
                && before.fields().get(0).equals(after.fields().get(0))) {
            boolean clustered = before.fields().get(2).equals("clustered");
            add(
                    clustered
                            ? "alter table %s cluster on %s".formatted(names.table(label), names.part(label))
                            : "alter table %s set without cluster".formatted(names.table(label)));
            return;
        }
        if (target.containsKey("constraint " + label) || now.byLabel().containsKey("constraint " + label)) {
            return;
        }
        swap(
                after == null ? null : "drop index " + names.full(names.part(label)),
                before == null ? null : before.fields().get(0));
    }

    private void view(@Nullable SchemaItem before, @Nullable SchemaItem after) {
        if (before == null) {
            return; // dropped as a relation
        }
        boolean materialized = before.fields().get(0).equals("m");
        String what = materialized ? "materialized view" : "view";
        String options = before.fields().get(1).isEmpty()
                ? ""
                : " with (%s)".formatted(before.fields().get(1));
        String name = names.full(before.name());
        String create = "create %s %s%s as %s"
                .formatted(what, name, options, before.fields().get(2));
        if (after == null) {
            add(create);
        } else {
            String drop =
                    "drop %s %s; ".formatted(after.fields().get(0).equals("m") ? "materialized view" : "view", name);
            if (materialized) {
                add(drop + create);
            } else {
                add(create.replaceFirst("create", "create or replace"), drop + create);
            }
        }
    }

    private void sequence(@Nullable SchemaItem before, @Nullable SchemaItem after) {
        if (before == null && after != null) {
            add("drop sequence " + names.full(after.name()));
        } else if (before != null && after != null) {
            List<String> was = before.fields();
            add("alter sequence %s as %s start %s increment %s minvalue %s maxvalue %s cache %s %s"
                    .formatted(
                            names.full(before.name()),
                            was.get(0),
                            was.get(1),
                            was.get(2),
                            was.get(3),
                            was.get(4),
                            was.get(5),
                            was.get(6).startsWith("t") ? "cycle" : "no cycle"));
        }
    }

    private void function(@Nullable SchemaItem before, @Nullable SchemaItem after) {
        String drop = after == null ? "" : "drop %s %s".formatted(after.fields().get(0), names.full(after.name()));
        if (before == null) {
            add(drop);
            return;
        }
        String definition = before.fields().get(1);
        if (definition.isEmpty()) {
            return;
        }
        if (after == null) {
            add(definition);
        } else if (!definition.equals(after.fields().get(1))) {
            add(definition, drop + "; " + definition);
        } else {
            add("alter %s %s owner to %s"
                    .formatted(
                            before.fields().get(0),
                            names.full(before.name()),
                            before.fields().get(2)));
        }
    }

    private void trigger(@Nullable SchemaItem before, @Nullable SchemaItem after) {
        String name = Objects.requireNonNull(before == null ? after : before).name();
        String drop = after == null ? null : "drop trigger %s on %s".formatted(names.part(name), names.table(name));
        if (before == null) {
            swap(drop, null);
            return;
        }
        String enabled = switch (before.fields().get(0)) {
            case "D" -> "disable";
            case "R" -> "enable replica";
            case "A" -> "enable always";
            default -> "enable";
        };
        swap(
                drop,
                "%s; alter table %s %s trigger %s"
                        .formatted(before.fields().get(1), names.table(name), enabled, names.part(name)));
    }

    private void policy(@Nullable SchemaItem before, @Nullable SchemaItem after) {
        String name = Objects.requireNonNull(before == null ? after : before).name();
        String drop = after == null ? null : "drop policy %s on %s".formatted(names.part(name), names.table(name));
        if (before == null) {
            swap(drop, null);
            return;
        }
        List<String> was = before.fields();
        String command = switch (was.get(0)) {
            case "r" -> "select";
            case "a" -> "insert";
            case "w" -> "update";
            case "d" -> "delete";
            default -> "all";
        };
        swap(
                drop,
                "create policy %s on %s as %s for %s to %s%s%s"
                        .formatted(
                                names.part(name),
                                names.table(name),
                                was.get(1).startsWith("t") ? "permissive" : "restrictive",
                                command,
                                was.get(2),
                                was.get(3).isEmpty() ? "" : " using (" + was.get(3) + ")",
                                was.get(4).isEmpty() ? "" : " with check (" + was.get(4) + ")"));
    }

    /** A label that was added to an enum cannot be taken out of it. */
    private void type(@Nullable SchemaItem before, @Nullable SchemaItem after) {
        if (before == null && after != null) {
            add("drop %s %s"
                    .formatted(after.fields().get(0).equals("d") ? "domain" : "type", names.full(after.name())));
        } else if (before != null && after == null && before.fields().get(0).equals("e")) {
            add("create type %s as enum (%s)"
                    .formatted(names.full(before.name()), before.fields().get(1)));
        } else if (before != null && after == null && before.fields().get(0).equals("d")) {
            List<String> was = before.fields();
            add("create domain %s as %s%s %s %s"
                    .formatted(
                            names.full(before.name()),
                            was.get(2),
                            was.get(3).isEmpty() ? "" : " default " + was.get(3),
                            was.get(4),
                            was.get(5)));
        }
    }

    /** {@code select on table public.item to app} */
    private void grant(@Nullable SchemaItem before, @Nullable SchemaItem after, String name) {
        int to = name.lastIndexOf(" to ");
        String revoke = "revoke %s from %s".formatted(name.substring(0, to), name.substring(to + 4));
        if (before == null) {
            add(revoke);
        } else {
            swap(after == null ? null : revoke, "grant %s %s".formatted(name, before.definition()));
        }
    }
}
