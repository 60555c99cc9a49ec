package dev.evenkeel.sql;

import dev.evenkeel.sql.Token.Kind;

/**
 * A word of a statement as it is compared and shown: a literal with its sign is one, and stands for all literals.
 *
 * @param text as it is written; of a literal nobody should look at it
 * @param start index of its first character
 * @param end index after its last character
 */
record Lexeme(Kind kind, String text, int start, int end) {

    boolean isLiteral() {
        return kind == Kind.STRING || kind == Kind.NUMBER;
    }

    /** A literal or a parameter. */
    boolean isValue() {
        return isLiteral() || kind == Kind.PARAMETER;
    }

    boolean is(String word) {
        return kind == Kind.WORD && text.equalsIgnoreCase(word);
    }

    boolean is(char symbol) {
        return kind == Kind.SYMBOL && text.charAt(0) == symbol;
    }

    Lexeme until(int later) {
        return new Lexeme(kind, text, start, later);
    }
}
