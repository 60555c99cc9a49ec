package dev.evenkeel.migrations.undo;

import dev.evenkeel.sql.SqlStatement;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds statements of a script that change rows of a table which was there before, or may do so: the catalog shows nothing of
 * that, so no undo can be derived. What is in a table that the script made goes with the table.
 */
final class RowChanges {

    private static final List<String> WRITES =
            List.of("insert into", "update", "delete from", "merge into", "copy", "truncate table", "truncate");

    /** Whatever they call may change anything. */
    private static final List<String> CODE = List.of("do", "call", "select", "with", "execute", "values");

    private final Set<String> made = new HashSet<>();

    private RowChanges() {}

    /** The first one. */
    static Optional<SqlStatement> in(List<SqlStatement> script) {
        RowChanges changes = new RowChanges();
        return script.stream().filter(changes::isOne).findFirst();
    }

    private boolean isOne(SqlStatement statement) {
        if (statement.startsWith("create")) {
            int table = statement.indexOf("table");
            if (table > 0 && table < 4) {
                made.add(name(statement, table + 1));
            }
            return false;
        }
        if (statement.startsWith("alter table") && statement.has("type") && statement.has("using")) {
            return true;
        }
        for (String write : WRITES) {
            if (statement.startsWith(write)) {
                return !made.contains(name(statement, write.split(" ", -1).length));
            }
        }
        boolean setting =
                statement.startsWith("select set_config") || statement.startsWith("select pg_catalog . set_config");
        return !setting && CODE.stream().anyMatch(statement::startsWith);
    }

    /** The last part of the name that begins at this word. */
    private static String name(SqlStatement statement, int from) {
        List<String> words = statement.words();
        int at = from;
        while (at < words.size() && List.of("if", "not", "exists", "only").contains(words.get(at))) {
            at++;
        }
        while (at + 2 < words.size() && words.get(at + 1).equals(".")) {
            at += 2;
        }
        return at < words.size() ? words.get(at) : "";
    }
}
