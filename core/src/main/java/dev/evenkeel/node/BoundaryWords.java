package dev.evenkeel.node;

import java.util.regex.Pattern;

/**
 * Recognises text that begins or commits a transaction: neither must be cancelled, however it was sent. Errs on that side:
 * such a statement is waited for and not stopped, which is all that a mistake costs.
 */
final class BoundaryWords {

    private static final String GAP = "(?:\\s|--[^\\n]*(?:\\n|$)|/\\*.*?\\*/)*+";
    private static final Pattern BOUNDARY = Pattern.compile(
            "(?:^|;)" + GAP + "(?:begin|start\\s+transaction|commit|end|prepare\\s+transaction)\\b",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private BoundaryWords() {}

    static boolean in(String sql) {
        return (mayBegin(sql) || sql.indexOf(';') >= 0) && BOUNDARY.matcher(sql).find();
    }

    /** What nearly every statement fails at: its first two letters. */
    private static boolean mayBegin(String sql) {
        if (sql.length() < 2) {
            return false;
        }
        char second = sql.charAt(1);
        return switch (sql.charAt(0)) {
            case 'b', 'B', 'e', 'E' -> true;
            case 'c', 'C' -> second == 'o' || second == 'O';
            case 's', 'S' -> second == 't' || second == 'T';
            case 'p', 'P' -> second == 'r' || second == 'R';
            case '-', '/' -> true;
            default -> Character.isWhitespace(sql.charAt(0));
        };
    }
}
