package dev.evenkeel.sql;

import dev.evenkeel.sql.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads a text into {@link Lexeme}s: without comments, signs joined with their numbers, lists of values shortened to one. */
final class Lexemes {

    /** Behind these a sign belongs to the number that follows it. */
    private static final Set<String> BEFORE_A_VALUE = Set.of(
            "select",
            "values",
            "where",
            "and",
            "or",
            "not",
            "in",
            "limit",
            "offset",
            "then",
            "else",
            "when",
            "between",
            "return",
            "returning",
            "by",
            "set",
            "default",
            "case",
            "any",
            "all",
            "like",
            "distinct",
            "interval");

    private final String sql;
    private final List<Token> tokens;
    private final List<Lexeme> lexemes = new ArrayList<>();
    private int at;

    private Lexemes(String sql) {
        this.sql = sql;
        this.tokens = SqlLexer.tokens(sql).stream()
                .filter(token -> token.kind() != Kind.COMMENT)
                .toList();
    }

    static List<Lexeme> of(String sql) {
        Lexemes reader = new Lexemes(sql);
        reader.read();
        return reader.lexemes;
    }

    private void read() {
        int statement = 0;
        while (at < tokens.size()) {
            Lexeme next = next();
            lexemes.add(next);
            if (next.is(';')) {
                if (isCopyFromClient(statement)) {
                    restIsData(next.end());
                }
                statement = lexemes.size();
            } else if (next.is(')') || next.is(']')) {
                shortenList();
                dropFurtherRows();
            } else if (isAssignment(next, statement)) {
                hideAssigned();
            }
        }
    }

    private Lexeme next() {
        Token token = tokens.get(at++);
        if (isSign(token) && startsValue() && isNumberAt(at, token.end())) {
            return number(token.start());
        }
        if (token.kind() == Kind.NUMBER || (token.is(sql, '.') && isNumberAt(at, token.end()) && !followsName(token))) {
            at--;
            return number(token.start());
        }
        return new Lexeme(token.kind(), token.in(sql), token.start(), token.end());
    }

    /** From its sign to the end of its exponent, which the lexer cuts at a sign. */
    private Lexeme number(int start) {
        Token last = tokens.get(at++);
        if (last.is(sql, '.')) {
            last = tokens.get(at++);
        }
        char end = sql.charAt(last.end() - 1);
        boolean hexadecimal = sql.startsWith("0x", last.start()) || sql.startsWith("0X", last.start());
        if ((end == 'e' || end == 'E')
                && !hexadecimal
                && at + 1 < tokens.size()
                && isSign(tokens.get(at))
                && tokens.get(at).start() == last.end()
                && isNumberAt(at + 1, tokens.get(at).end())) {
            last = tokens.get(at + 1);
            at += 2;
        }
        return new Lexeme(Kind.NUMBER, sql.substring(start, last.end()), start, last.end());
    }

    private boolean isSign(Token token) {
        return token.is(sql, '-') || token.is(sql, '+');
    }

    /** Whether a number begins right here, maybe with its point. */
    private boolean isNumberAt(int index, int start) {
        if (index >= tokens.size() || tokens.get(index).start() != start) {
            return false;
        }
        Token token = tokens.get(index);
        return token.kind() == Kind.NUMBER
                || (token.is(sql, '.')
                        && index + 1 < tokens.size()
                        && tokens.get(index + 1).kind() == Kind.NUMBER
                        && tokens.get(index + 1).start() == token.end());
    }

    /** Behind a name a point leads to a column, as in {@code t.1}, which is an error, or to a field of a record. */
    private boolean followsName(Token point) {
        if (lexemes.isEmpty()) {
            return false;
        }
        Lexeme last = lexemes.get(lexemes.size() - 1);
        return last.end() == point.start() && (last.kind() == Kind.WORD || last.kind() == Kind.QUOTED_NAME);
    }

    private boolean startsValue() {
        if (lexemes.isEmpty()) {
            return true;
        }
        Lexeme last = lexemes.get(lexemes.size() - 1);
        return switch (last.kind()) {
            case SYMBOL -> !last.is(')') && !last.is(']');
            case WORD -> BEFORE_A_VALUE.contains(last.text().toLowerCase(java.util.Locale.ROOT));
            default -> false;
        };
    }

    /** {@code (?, ?, ?)} behind {@code in} or an open {@code values}, and {@code array[?, ?]}, keep their first element. */
    private void shortenList() {
        int close = lexemes.size() - 1;
        int open = close - 1;
        int values = 0;
        while (open >= 0 && (lexemes.get(open).isValue() || lexemes.get(open).is(','))) {
            values += lexemes.get(open).isValue() ? 1 : 0;
            open--;
        }
        if (values < 2
                || open < 1
                || !(lexemes.get(open).is('(') || lexemes.get(open).is('['))) {
            return;
        }
        Lexeme before = lexemes.get(open - 1);
        if (before.is("in") || before.is("values") || before.is("array")) {
            Lexeme first = lexemes.get(open + 1);
            Lexeme last = lexemes.get(close);
            lexemes.subList(open + 1, lexemes.size()).clear();
            lexemes.add(first.until(last.start()));
            lexemes.add(last);
        }
    }

    /** Of {@code values (..), (..)} the first row stays. */
    private void dropFurtherRows() {
        int close = lexemes.size() - 1;
        int open = opening(close);
        if (open < 2 || !lexemes.get(open - 1).is(',') || !lexemes.get(open - 2).is(')')) {
            return;
        }
        int first = opening(open - 2);
        if (first > 0 && lexemes.get(first - 1).is("values")) {
            Lexeme end = lexemes.get(open - 2).until(lexemes.get(close).end());
            lexemes.subList(open - 2, lexemes.size()).clear();
            lexemes.add(end);
        }
    }

    /** The index of the parenthesis that this one closes; -1 when there is none. */
    private int opening(int close) {
        int depth = 0;
        for (int i = close; i >= 0; i--) {
            if (lexemes.get(i).is(')')) {
                depth++;
            } else if (lexemes.get(i).is('(') && --depth == 0) {
                return i;
            }
        }
        return -1;
    }

    private boolean isCopyFromClient(int statement) {
        return statement < lexemes.size()
                && lexemes.get(statement).is("copy")
                && lexemes.subList(statement, lexemes.size()).stream().anyMatch(lexeme -> lexeme.is("stdin"));
    }

    /** What follows belongs to COPY, not to SQL. */
    private void restIsData(int from) {
        if (at < tokens.size()) {
            lexemes.add(
                    new Lexeme(Kind.STRING, "", Math.max(from, tokens.get(at).start()), sql.length()));
            at = tokens.size();
        }
    }

    /** {@code set name = value} and {@code set name to value}; also of {@code alter role .. set ..}. */
    private boolean isAssignment(Lexeme lexeme, int statement) {
        if (!lexeme.is('=') && !lexeme.is("to")) {
            return false;
        }
        Lexeme first = lexemes.get(statement);
        boolean assigns = first.is("set")
                || (first.is("alter")
                        && lexemes.subList(statement, lexemes.size()).stream().anyMatch(word -> word.is("set")));
        return assigns && lexemes.size() - statement > 2;
    }

    /** To the end of the statement, unless it is {@code default}. */
    private void hideAssigned() {
        if (at < tokens.size() && !tokens.get(at).in(sql).equalsIgnoreCase("default")) {
            int start = tokens.get(at).start();
            int end = start;
            while (at < tokens.size() && !tokens.get(at).is(sql, ';')) {
                end = tokens.get(at++).end();
            }
            if (end > start) {
                lexemes.add(new Lexeme(Kind.STRING, "", start, end));
            }
        }
    }
}
