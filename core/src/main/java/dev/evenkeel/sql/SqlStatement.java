package dev.evenkeel.sql;

import dev.evenkeel.sql.Token.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * One statement of a script.
 *
 * @param text from its first token to its last, comments inside included, without the semicolon
 * @param line of its first character in the script, from 1
 * @param words its tokens without comments: keywords and unquoted names in lower case, everything else as it is written
 */
public record SqlStatement(String text, int line, List<String> words) {

    private static final int LONGEST_OUTLINE = 57;

    public SqlStatement {
        words = List.copyOf(words);
    }

    /**
     * The statements of a script, without those that are empty. A semicolon inside parentheses ({@code create rule}) or in
     * the body of a function ({@code begin atomic .. end}) does not end a statement.
     */
    public static List<SqlStatement> split(String script) {
        List<SqlStatement> statements = new ArrayList<>();
        List<Token> open = new ArrayList<>();
        Nesting nesting = new Nesting();
        for (Token token : SqlLexer.tokens(script)) {
            if (token.is(script, ';') && nesting.isOutside()) {
                close(script, open, statements);
                nesting = new Nesting();
            } else if (token.kind() != Kind.COMMENT) {
                open.add(token);
                nesting.see(token, script);
            }
        }
        close(script, open, statements);
        return List.copyOf(statements);
    }

    /** The first statement of a text; one without words when there is none. */
    public static SqlStatement first(String text) {
        return split(text).stream().findFirst().orElse(new SqlStatement("", 1, List.of()));
    }

    /** The highest number of a parameter in a text; 0 when there is none. */
    public static int parameters(String sql) {
        int highest = 0;
        for (Token token : SqlLexer.tokens(sql)) {
            if (token.kind() == Kind.PARAMETER) {
                String digits = token.in(sql).substring(1);
                // The protocol counts parameters in two bytes.
                highest = digits.length() > 5 ? Integer.MAX_VALUE : Math.max(highest, Integer.parseInt(digits));
            }
        }
        return highest;
    }

    private static void close(String script, List<Token> open, List<SqlStatement> statements) {
        if (open.isEmpty()) {
            return;
        }
        int start = open.get(0).start();
        String text = script.substring(start, open.get(open.size() - 1).end());
        int line = 1
                + (int) script.substring(0, start)
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
        List<String> words = open.stream().map(token -> word(token, script)).toList();
        statements.add(new SqlStatement(text, line, words));
        open.clear();
    }

    static String word(Token token, String script) {
        return token.kind() == Kind.WORD ? token.in(script).toLowerCase(Locale.ROOT) : token.in(script);
    }

    /** Whether it begins with these keywords. */
    public boolean startsWith(String keywords) {
        List<String> wanted = List.of(keywords.split(" ", -1));
        return words.size() >= wanted.size() && words.subList(0, wanted.size()).equals(wanted);
    }

    /** Whether these keywords are in it, one right behind the other. */
    public boolean has(String keywords) {
        return indexOf(keywords) >= 0;
    }

    /** Where these keywords begin in {@link #words}; -1 when they are not there. */
    public int indexOf(String keywords) {
        return Collections.indexOfSubList(words, List.of(keywords.split(" ", -1)));
    }

    /** Its beginning for messages and logs, without any literal, at most 60 characters. */
    public String outline() {
        StringBuilder outline = new StringBuilder();
        for (String word : words) {
            boolean literal = Character.isDigit(word.charAt(0)) || word.indexOf('\'') >= 0 || word.startsWith("$");
            String next = literal ? "?" : word;
            boolean tight = outline.isEmpty()
                    || ",.()".contains(next)
                    || ".(".indexOf(outline.charAt(outline.length() - 1)) >= 0;
            if (outline.length() + next.length() >= LONGEST_OUTLINE) {
                return outline + "...";
            }
            outline.append(tight ? "" : " ").append(next);
        }
        return outline.toString();
    }
}
