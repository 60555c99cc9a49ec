package dev.evenkeel.testkit;

import java.util.Locale;

/** Finds COMMIT among the statements of a text. */
final class CommitStatement {

    private final String sql;
    private int at;

    private CommitStatement(String sql) {
        this.sql = sql;
    }

    /** Whether one of the statements ends the transaction with COMMIT or END. */
    static boolean isIn(String sql) {
        return new CommitStatement(sql).find();
    }

    private boolean find() {
        boolean first = true;
        boolean inBody = false;
        String previous = "";
        for (String token = next(); !token.isEmpty(); token = next()) {
            if (token.equals("atomic") && previous.equals("begin")) {
                inBody = true;
            } else if (first && inBody && token.equals("end")) {
                inBody = false;
            } else if (first && (token.equals("commit") || token.equals("end"))) {
                // COMMIT PREPARED ends a transaction, but not the one of this connection.
                if (!next().equals("prepared")) {
                    return true;
                }
            }
            first = token.equals(";");
            previous = token;
        }
        return false;
    }

    /** The next word in lower case, or a single character that stands for a literal or a sign; empty at the end. */
    private String next() {
        skipBlanks();
        if (at >= sql.length()) {
            return "";
        }
        int start = at;
        char c = sql.charAt(at);
        if (Character.isLetter(c) || c == '_') {
            while (at < sql.length() && isWordPart(sql.charAt(at))) {
                at++;
            }
            return sql.substring(start, at).toLowerCase(Locale.ROOT);
        }
        at++;
        if (c == '\'' || c == '"') {
            boolean escapes = start > 0 && Character.toLowerCase(sql.charAt(start - 1)) == 'e';
            skipQuoted(c, escapes && c == '\'');
        } else if (c == '$') {
            skipDollarQuoted(start);
        }
        return String.valueOf(c);
    }

    private void skipBlanks() {
        while (at < sql.length()) {
            if (Character.isWhitespace(sql.charAt(at))) {
                at++;
            } else if (sql.startsWith("--", at)) {
                int end = sql.indexOf('\n', at);
                at = end < 0 ? sql.length() : end;
            } else if (sql.startsWith("/*", at)) {
                skipComment();
            } else {
                return;
            }
        }
    }

    private void skipComment() {
        int depth = 0;
        do {
            if (sql.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (sql.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else {
                at++;
            }
        } while (depth > 0 && at < sql.length());
    }

    /** A doubled quote needs no care: it reads as two literals in a row. */
    private void skipQuoted(char quote, boolean backslashEscapes) {
        while (at < sql.length() && sql.charAt(at) != quote) {
            at += backslashEscapes && sql.charAt(at) == '\\' ? 2 : 1;
        }
        at++;
    }

    private void skipDollarQuoted(int start) {
        int tagEnd = at;
        while (tagEnd < sql.length() && isWordPart(sql.charAt(tagEnd)) && sql.charAt(tagEnd) != '$') {
            tagEnd++;
        }
        boolean isParameter = at < sql.length() && Character.isDigit(sql.charAt(at));
        if (!isParameter && tagEnd < sql.length() && sql.charAt(tagEnd) == '$') {
            String tag = sql.substring(start, tagEnd + 1);
            int end = sql.indexOf(tag, tagEnd + 1);
            at = end < 0 ? sql.length() : end + tag.length();
        }
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$';
    }
}
