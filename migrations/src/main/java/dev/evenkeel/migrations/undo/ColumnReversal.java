package dev.evenkeel.migrations.undo;

import java.util.ArrayList;
import java.util.List;

/**
 * Takes back what was changed about a column. Of its type only where the change has lost nothing: nobody knows the time of day
 * that a date once had.
 */
final class ColumnReversal {

    private static final int TYPE = 1;
    private static final int NOT_NULL = 2;
    private static final int IDENTITY = 3;
    private static final int GENERATED = 4;
    private static final int DEFAULT = 5;
    private static final int COLLATION = 6;

    private ColumnReversal() {}

    static List<Reversal> of(String table, String column, List<String> before, List<String> after) {
        List<Reversal> steps = new ArrayList<>();
        String alter = "alter table %s alter column %s ".formatted(table, column);
        if (differ(before, after, GENERATED)) {
            if (before.get(GENERATED).isEmpty()) {
                steps.add(Reversal.by(alter + "drop expression"));
            }
            return steps;
        }
        if (differ(before, after, TYPE) || differ(before, after, COLLATION)) {
            if (!Widening.holds(after.get(TYPE), before.get(TYPE))) {
                return List.of();
            }
            steps.add(type(table, column, before, after, alter));
        }
        if (differ(before, after, IDENTITY)) {
            steps.add(Reversal.by(identity(before, after, alter)));
        }
        if (differ(before, after, DEFAULT)) {
            steps.add(Reversal.by(
                    alter + (before.get(DEFAULT).isEmpty() ? "drop default" : "set default " + before.get(DEFAULT))));
        }
        if (differ(before, after, NOT_NULL)) {
            steps.add(Reversal.by(alter + (before.get(NOT_NULL).isEmpty() ? "drop not null" : "set not null")));
        }
        return steps;
    }

    /** A value that does not come out the same after a way through the old type would be lost by the undo. */
    private static Reversal type(String table, String column, List<String> before, List<String> after, String alter) {
        String collation = before.get(COLLATION).isEmpty() ? "" : " collate " + before.get(COLLATION);
        String to = "type %s%s using %s::%s".formatted(before.get(TYPE), collation, column, before.get(TYPE));
        String losses = "select 1 from %s where (%s::%s)::%s is distinct from %s limit 1"
                .formatted(table, column, before.get(TYPE), after.get(TYPE), column);
        return new Reversal(List.of(alter + to, alter + "drop default; " + alter + to), losses);
    }

    private static String identity(List<String> before, List<String> after, String alter) {
        if (before.get(IDENTITY).isEmpty()) {
            return alter + "drop identity";
        }
        String generated = before.get(IDENTITY).equals("a") ? "always" : "by default";
        return after.get(IDENTITY).isEmpty()
                ? alter + "add generated " + generated + " as identity"
                : alter + "set generated " + generated;
    }

    private static boolean differ(List<String> before, List<String> after, int field) {
        return !before.get(field).equals(after.get(field));
    }
}
