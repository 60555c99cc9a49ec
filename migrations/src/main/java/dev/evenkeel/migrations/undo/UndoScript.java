package dev.evenkeel.migrations.undo;

import dev.evenkeel.migrations.script.Script;
import dev.evenkeel.migrations.script.Scripts;
import dev.evenkeel.migrations.script.Transactions;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.sql.SqlStatement;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What takes a version back.
 *
 * @param name of its file, which goes into the history: it begins with {@code U}
 * @param transactional whether it runs in a transaction
 */
public record UndoScript(String name, int checksum, List<SqlStatement> statements, boolean transactional)
        implements Undo {

    /** In the first line of a file that nobody has written yet. */
    public static final String UNWRITTEN = "-- evenkeel: the undo is not written yet";

    public UndoScript {
        statements = List.copyOf(statements);
    }

    /** The file for this version, if there is one and somebody has written it. */
    public static Optional<UndoScript> of(Version version, Scripts scripts, Map<String, String> placeholders) {
        return scripts.undo(version)
                .filter(script -> !script.file().content().startsWith(UNWRITTEN))
                .map(script -> of(script, scripts, placeholders));
    }

    private static UndoScript of(Script script, Scripts scripts, Map<String, String> placeholders) {
        String text = script.file().content();
        for (Map.Entry<String, String> placeholder : placeholders.entrySet()) {
            text = text.replace("${" + placeholder.getKey() + "}", placeholder.getValue());
        }
        List<SqlStatement> statements = SqlStatement.split(text);
        boolean transactional =
                !scripts.isMarkedNonTransactional(script) && statements.stream().allMatch(Transactions::allow);
        return new UndoScript(script.file().path(), script.file().checksum(), statements, transactional);
    }
}
