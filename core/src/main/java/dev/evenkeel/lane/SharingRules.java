package dev.evenkeel.lane;

import dev.evenkeel.sql.SqlStatement;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Whether a statement may run on a connection that others use at the same moment, judged by its text: one statement that depends on
 * nothing but the data. What locks rows, what belongs to the session and what waits on purpose takes a connection of its own. A
 * statement that writes may: the session is read-only, so that the server refuses it.
 */
final class SharingRules {

    private static final Set<String> FIRST =
            Set.of("select", "with", "values", "table", "insert", "update", "delete", "merge");

    /** What may follow FOR where rows are locked. */
    private static final Set<String> ROW_LOCKS = Set.of("update", "share", "no", "key");

    private static final Set<String> OF_THE_SESSION = Set.of(
            "set_config",
            "current_setting",
            "currval",
            "lastval",
            "setseed",
            "pg_backend_pid",
            "pg_settings",
            "pg_cursors",
            "pg_prepared_statements",
            "pg_prepared_xacts",
            "pg_export_snapshot",
            "pg_notify",
            "pg_listening_channels",
            "inet_client_port");

    private static final List<String> OF_THE_SESSION_BEGIN =
            List.of("pg_advisory", "pg_try_advisory", "pg_sleep", "pg_temp", "lo_", "dblink");

    private SharingRules() {}

    /** How many parameters the statement has; -1 when it may not share. */
    static int parametersOf(String sql) {
        List<SqlStatement> statements = SqlStatement.split(sql);
        if (statements.size() != 1) {
            return -1;
        }
        List<String> words = statements.get(0).words();
        String first =
                words.stream().filter(word -> !word.equals("(")).findFirst().orElse("");
        return FIRST.contains(first) && !locksRows(words) && !needsSession(words) ? SqlStatement.parameters(sql) : -1;
    }

    private static boolean locksRows(List<String> words) {
        for (int i = 0; i + 1 < words.size(); i++) {
            if (words.get(i).equals("for") && ROW_LOCKS.contains(words.get(i + 1))) {
                return true;
            }
        }
        return false;
    }

    private static boolean needsSession(List<String> words) {
        return words.stream().map(SharingRules::unquoted).anyMatch(SharingRules::belongsToSession);
    }

    private static String unquoted(String word) {
        return word.startsWith("\"") ? word.replace("\"", "").toLowerCase(Locale.ROOT) : word;
    }

    private static boolean belongsToSession(String word) {
        return OF_THE_SESSION.contains(word) || OF_THE_SESSION_BEGIN.stream().anyMatch(word::startsWith);
    }
}
