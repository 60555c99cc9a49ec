package dev.evenkeel.migrations.undo;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Takes back what was changed about a table as a whole. */
final class TableReversal {

    private static final int PERSISTENCE = 1;
    private static final int ROW_SECURITY = 2;
    private static final int FORCED = 3;
    private static final int REPLICA_IDENTITY = 4;
    private static final int OPTIONS = 5;
    private static final int BOUND = 7;
    private static final int PARENTS = 8;
    private static final int OWNER = 9;

    private TableReversal() {}

    static List<String> of(String table, List<String> before, List<String> after) {
        List<String> statements = new ArrayList<>();
        String alter = "alter table " + table + " ";
        if (differ(before, after, PERSISTENCE)) {
            statements.add(alter + (before.get(PERSISTENCE).equals("u") ? "set unlogged" : "set logged"));
        }
        if (differ(before, after, ROW_SECURITY)) {
            statements.add(alter + (before.get(ROW_SECURITY).isEmpty() ? "disable" : "enable") + " row level security");
        }
        if (differ(before, after, FORCED)) {
            statements.add(alter + (before.get(FORCED).isEmpty() ? "no force" : "force") + " row level security");
        }
        if (differ(before, after, REPLICA_IDENTITY)) {
            switch (before.get(REPLICA_IDENTITY)) {
                case "d" -> statements.add(alter + "replica identity default");
                case "f" -> statements.add(alter + "replica identity full");
                case "n" -> statements.add(alter + "replica identity nothing");
                default -> {
                    // which index it was is not known here
                }
            }
        }
        if (differ(before, after, OPTIONS)) {
            options(after.get(OPTIONS))
                    .forEach(option -> statements.add(alter + "reset (" + option.split("=", -1)[0] + ")"));
            if (!before.get(OPTIONS).isEmpty()) {
                statements.add(alter + "set (" + options(before.get(OPTIONS)).collect(Collectors.joining(", ")) + ")");
            }
        }
        if (differ(before, after, BOUND)) {
            statements.add(
                    before.get(BOUND).isEmpty()
                            ? "alter table %s detach partition %s".formatted(after.get(PARENTS), table)
                            : "alter table %s attach partition %s %s"
                                    .formatted(before.get(PARENTS), table, before.get(BOUND)));
        }
        if (differ(before, after, OWNER)) {
            statements.add(alter + "owner to " + before.get(OWNER));
        }
        return statements;
    }

    private static boolean differ(List<String> before, List<String> after, int field) {
        return !before.get(field).equals(after.get(field));
    }

    private static Stream<String> options(String joined) {
        return Stream.of(joined.split(",", -1)).filter(option -> !option.isEmpty());
    }
}
