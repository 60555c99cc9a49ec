package dev.evenkeel.sql;

/**
 * One lexical unit of a text. White space is between tokens.
 *
 * @param start index of its first character
 * @param end index after its last character
 */
public record Token(Kind kind, int start, int end) {

    /** What a token is. */
    public enum Kind {
        /** A keyword or an unquoted name. */
        WORD,
        /** A name in double quotes. */
        QUOTED_NAME,
        /** A literal in quotes of any kind: {@code '..'}, {@code E'..'}, {@code B'..'}, {@code U&'..'}, {@code $$..$$}. */
        STRING,
        NUMBER,
        /** {@code $1} */
        PARAMETER,
        /** {@code -- ..} or a block, which may have others inside. */
        COMMENT,
        /** Any other character, by itself. */
        SYMBOL
    }

    /** The text that it stands for in the text that it was found in. */
    public String in(String sql) {
        return sql.substring(start, end);
    }

    boolean is(String sql, char symbol) {
        return kind == Kind.SYMBOL && sql.charAt(start) == symbol;
    }
}
