package dev.evenkeel.monitoring.plan;

import dev.evenkeel.sql.SqlLexer;
import dev.evenkeel.sql.Token;
import dev.evenkeel.sql.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a condition of a plan asks of single columns. PostgreSQL writes conditions back in one form, with every part in parentheses
 * and every column with its table's alias, so their parts can be recognised without a parser; what is not recognised is left out.
 */
final class Conditions {

    private static final Set<String> RANGE = Set.of("<", ">", "<=", ">=");

    /** What one part asks. */
    enum Use {
        EQUAL,
        RANGE,
        NULL
    }

    /**
     * One part that an index could serve.
     *
     * @param column as an index would be declared on it: a quoted name, or an expression in parentheses
     * @param plain whether it is a column and no expression
     */
    record Part(Use kind, String column, boolean plain) {}

    private final String text;
    private final List<Token> tokens;
    private final String alias;

    private Conditions(String text, String alias) {
        this.text = text;
        this.alias = alias;
        this.tokens = SqlLexer.tokens(text);
    }

    /** The parts about the table of this alias that hold together, joined by AND; none when there is an OR. */
    static List<Part> of(@Nullable String condition, @Nullable String alias) {
        if (condition == null || alias == null) {
            return List.of();
        }
        Conditions conditions = new Conditions(condition, alias);
        List<Part> parts = new ArrayList<>();
        conditions.split(0, conditions.tokens.size(), parts);
        return parts;
    }

    private void split(int from, int to, List<Part> parts) {
        int first = from;
        int last = to;
        while (last - first >= 2 && is(first, "(") && matching(first, last) == last - 1) {
            first++;
            last--;
        }
        int start = first;
        boolean several = false;
        for (int i = first; i < last; i++) {
            if (is(i, "(")) {
                i = Math.max(i, matching(i, last));
            } else if (is(i, "OR") || is(i, "CASE")) {
                return;
            } else if (is(i, "AND")) {
                split(start, i, parts);
                start = i + 1;
                several = true;
            }
        }
        if (several) {
            split(start, last, parts);
        } else {
            one(first, last, parts);
        }
    }

    private void one(int from, int to, List<Part> parts) {
        Side left = side(from, to);
        if (left == null) {
            return;
        }
        int operator = left.end;
        if (operator < to && is(operator, "IS") && operator + 2 == to && is(operator + 1, "NULL")) {
            parts.add(new Part(Use.NULL, left.column, left.plain));
            return;
        }
        String symbols = symbols(operator, to);
        if (symbols.equals("=")) {
            parts.add(new Part(Use.EQUAL, left.column, left.plain));
        } else if (RANGE.contains(symbols)) {
            parts.add(new Part(Use.RANGE, left.column, left.plain));
        }
    }

    private record Side(String column, boolean plain, int end) {}

    /** {@code alias.column}, {@code (alias.column)::text}, which an index on the column serves, or {@code lower(alias.column)}. */
    private @Nullable Side side(int from, int to) {
        if (isColumn(from, to)) {
            return new Side(word(from + 2), true, from + 3);
        }
        if (from + 4 < to && is(from, "(") && isColumn(from + 1, to) && is(from + 4, ")")) {
            int end = from + 5;
            if (end + 2 < to && is(end, ":") && is(end + 1, ":") && is(end + 2, "text")) {
                return new Side(word(from + 3), true, end + 3);
            }
            return null;
        }
        return function(from, to);
    }

    private @Nullable Side function(int from, int to) {
        if (from + 5 > to || tokens.get(from).kind() != Kind.WORD || !is(from + 1, "(")) {
            return null;
        }
        int close = matching(from + 1, to);
        int inner = from + 2;
        boolean cast = inner < close && is(inner, "(");
        int column = cast ? inner + 1 : inner;
        if (close < 0 || !isColumn(column, close)) {
            return null;
        }
        boolean whole = cast ? is(column + 3, ")") : column + 3 == close;
        if (!whole) {
            return null;
        }
        String argument = word(column + 2)
                + (cast
                        ? text.substring(
                                tokens.get(column + 3).end(), tokens.get(close).start())
                        : "");
        return new Side("(" + word(from) + "(" + argument + "))", false, close + 1);
    }

    private boolean isColumn(int at, int to) {
        return at + 2 < to
                && isName(at)
                && unquoted(at).equals(alias)
                && is(at + 1, ".")
                && isName(at + 2)
                && !(at + 3 < to && is(at + 3, "."));
    }

    private boolean isName(int at) {
        return tokens.get(at).kind() == Kind.WORD || tokens.get(at).kind() == Kind.QUOTED_NAME;
    }

    private String unquoted(int at) {
        String name = word(at);
        return tokens.get(at).kind() == Kind.QUOTED_NAME
                ? name.substring(1, name.length() - 1).replace("\"\"", "\"")
                : name;
    }

    private String word(int at) {
        return tokens.get(at).in(text);
    }

    /** Operators are written without gaps, the operands beside them with one. */
    private String symbols(int from, int to) {
        StringBuilder symbols = new StringBuilder();
        int at = from;
        while (at < to && tokens.get(at).kind() == Kind.SYMBOL && !is(at, "(")) {
            symbols.append(word(at));
            at++;
        }
        return symbols.toString();
    }

    private boolean is(int at, String word) {
        return at < tokens.size() && word(at).equals(word);
    }

    /** The index of the parenthesis that closes this one; -1 when there is none. */
    private int matching(int open, int to) {
        int depth = 0;
        for (int i = open; i < to; i++) {
            if (is(i, "(")) {
                depth++;
            } else if (is(i, ")") && --depth == 0) {
                return i;
            }
        }
        return -1;
    }
}
