package dev.evenkeel.sql;

import dev.evenkeel.sql.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Whether a semicolon would end the statement read so far. The rules are those of {@code psql}. Not thread-safe. */
final class Nesting {

    private static final int OPENING_WORDS = 4;

    private final List<String> opening = new ArrayList<>();
    private int parentheses;
    private int blocks;

    boolean isOutside() {
        return parentheses == 0 && blocks == 0;
    }

    void see(Token token, String script) {
        if (token.is(script, '(')) {
            parentheses++;
        } else if (token.is(script, ')') && parentheses > 0) {
            parentheses--;
        } else if (token.kind() == Kind.WORD) {
            word(SqlStatement.word(token, script));
        }
    }

    private void word(String word) {
        if (opening.size() < OPENING_WORDS) {
            opening.add(word);
        }
        if (parentheses > 0 || !definesRoutine()) {
            return;
        }
        switch (word) {
            case "begin" -> blocks++;
            case "case" -> blocks += blocks > 0 ? 1 : 0;
            case "end" -> blocks -= blocks > 0 ? 1 : 0;
            default -> {}
        }
    }

    private boolean definesRoutine() {
        return opening.get(0).equals("create") && (opening.contains("function") || opening.contains("procedure"));
    }
}
