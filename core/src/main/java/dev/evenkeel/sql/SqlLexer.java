package dev.evenkeel.sql;

import dev.evenkeel.sql.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a text into tokens as PostgreSQL does with {@code standard_conforming_strings} on, the default since 9.1 (manual, chapter
 * "Lexical Structure"). Never fails: what is not terminated reaches to the end of the text.
 */
public final class SqlLexer {

    /** A literal goes on behind white space that has a line break in it; escapes then mean the same as before. */
    private static final Pattern CONTINUATION =
            Pattern.compile("[ \\t\\f\\x0B]*(?:--[^\\n\\r]*)?[\\n\\r](?:[ \\t\\f\\x0B\\n\\r]|--[^\\n\\r]*[\\n\\r])*'");

    private static final Pattern DOLLAR_TAG = Pattern.compile("\\$(?:[A-Za-z_\\x80-\\uFFFF][\\w\\x80-\\uFFFF]*)?\\$");

    private final String sql;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private SqlLexer(String sql) {
        this.sql = sql;
    }

    /** All tokens in their order, comments included. */
    public static List<Token> tokens(String sql) {
        SqlLexer lexer = new SqlLexer(sql);
        while (lexer.skipSpace()) {
            lexer.next();
        }
        return List.copyOf(lexer.tokens);
    }

    private boolean skipSpace() {
        while (at < sql.length() && Character.isWhitespace(sql.charAt(at))) {
            at++;
        }
        return at < sql.length();
    }

    private void next() {
        char first = sql.charAt(at);
        if (sql.startsWith("--", at)) {
            add(Kind.COMMENT, lineEnd(at));
        } else if (sql.startsWith("/*", at)) {
            add(Kind.COMMENT, blockEnd());
        } else if (first == '\'') {
            add(Kind.STRING, stringEnd(at, false));
        } else if (first == '"') {
            add(Kind.QUOTED_NAME, closing('"', at + 1, false));
        } else if (first == '$') {
            dollar();
        } else if (startsName(first)) {
            word(first);
        } else if (isDigit(first)) {
            add(Kind.NUMBER, numberEnd());
        } else {
            add(Kind.SYMBOL, at + 1);
        }
    }

    private void add(Kind kind, int end) {
        tokens.add(new Token(kind, at, end));
        at = end;
    }

    /** A name, unless it is one of the letters that say how the literal right behind them is to be read. */
    private void word(char first) {
        char letter = Character.toLowerCase(first);
        if (letter == 'u' && sql.startsWith("&'", at + 1)) {
            add(Kind.STRING, stringEnd(at + 2, false));
        } else if (letter == 'u' && sql.startsWith("&\"", at + 1)) {
            add(Kind.QUOTED_NAME, closing('"', at + 3, false));
        } else if ("ebxn".indexOf(letter) >= 0 && sql.startsWith("'", at + 1)) {
            add(Kind.STRING, stringEnd(at + 1, letter == 'e'));
        } else {
            int end = at + 1;
            while (end < sql.length() && continuesName(sql.charAt(end))) {
                end++;
            }
            add(Kind.WORD, end);
        }
    }

    private void dollar() {
        Matcher tag = DOLLAR_TAG.matcher(sql).region(at, sql.length());
        if (tag.lookingAt()) {
            int close = sql.indexOf(tag.group(), tag.end());
            add(Kind.STRING, close < 0 ? sql.length() : close + tag.group().length());
            return;
        }
        int end = at + 1;
        while (end < sql.length() && isDigit(sql.charAt(end))) {
            end++;
        }
        add(end > at + 1 ? Kind.PARAMETER : Kind.SYMBOL, end);
    }

    private int stringEnd(int quote, boolean escapes) {
        int end = closing('\'', quote + 1, escapes);
        Matcher more = CONTINUATION.matcher(sql).region(end, sql.length());
        while (more.lookingAt()) {
            end = closing('\'', more.end(), escapes);
            more.region(end, sql.length());
        }
        return end;
    }

    /** The index behind the closing quote; a doubled one does not close. */
    private int closing(char quote, int from, boolean escapes) {
        int here = from;
        while (here < sql.length()) {
            char c = sql.charAt(here);
            if (escapes && c == '\\') {
                here += 2;
            } else if (c != quote) {
                here++;
            } else if (here + 1 < sql.length() && sql.charAt(here + 1) == quote) {
                here += 2;
            } else {
                return here + 1;
            }
        }
        return sql.length();
    }

    private int lineEnd(int from) {
        int end = from;
        while (end < sql.length() && sql.charAt(end) != '\n' && sql.charAt(end) != '\r') {
            end++;
        }
        return end;
    }

    private int blockEnd() {
        int depth = 0;
        int here = at;
        while (here < sql.length()) {
            if (sql.startsWith("/*", here)) {
                depth++;
                here += 2;
            } else if (sql.startsWith("*/", here)) {
                depth--;
                here += 2;
                if (depth == 0) {
                    return here;
                }
            } else {
                here++;
            }
        }
        return sql.length();
    }

    /** Two points are a range of a loop, not part of a number. */
    private int numberEnd() {
        int end = at + 1;
        while (end < sql.length()
                && (continuesName(sql.charAt(end)) || (sql.charAt(end) == '.' && !sql.startsWith("..", end)))) {
            end++;
        }
        return end;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean startsName(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    }

    private static boolean continuesName(char c) {
        return startsName(c) || isDigit(c) || c == '$';
    }
}
