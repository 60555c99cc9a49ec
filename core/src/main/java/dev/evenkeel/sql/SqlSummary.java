package dev.evenkeel.sql;

import dev.evenkeel.sql.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Names a statement by what it does and to what: {@code SELECT orders customers}, as OpenTelemetry's {@code db.query.summary}
 * (semantic conventions for databases). Of low cardinality, at most 255 characters, never cut inside a name, written as in the
 * statement. Names of common table expressions are left out: they are no objects of the database.
 */
public final class SqlSummary {

    private static final int LONGEST = 255;

    private static final Set<String> OPERATIONS =
            Set.of("select", "insert", "update", "delete", "merge", "truncate", "copy", "call", "table");

    /** Operations that are followed by what they are about; of the others it comes behind another word. */
    private static final Set<String> WITH_TARGET = Set.of("update", "truncate", "copy", "call", "table");

    private static final Set<String> BEFORE_TARGET = Set.of("from", "join", "into", "using");

    /** Between the keyword and the target. */
    private static final Set<String> FILLERS = Set.of("only", "lateral");

    /** Behind these there are no more targets, up to the next keyword for one. */
    private static final Set<String> BEHIND_TARGETS = Set.of(
            "where",
            "group",
            "order",
            "limit",
            "on",
            "set",
            "values",
            "returning",
            "having",
            "window",
            "union",
            "except",
            "intersect");

    private static final Set<String> DEFINITIONS = Set.of("create", "alter", "drop", "comment", "refresh", "reindex");

    private static final Set<String> COMBINATIONS = Set.of("union", "all", "except", "intersect", "distinct");

    private static final Set<String> BEHIND_AS = Set.of("materialized", "not");

    /** Between the kind of an object and its name. */
    private static final Set<String> BEFORE_NAME =
            Set.of("if", "not", "exists", "concurrently", "only", "mapping", "for");

    private static final Set<String> WITH_FROM_INSIDE = Set.of("extract", "substring", "trim", "overlay", "position");

    private static final Set<String> KINDS = Set.of(
            "table",
            "index",
            "view",
            "function",
            "procedure",
            "trigger",
            "sequence",
            "schema",
            "type",
            "domain",
            "role",
            "user",
            "database",
            "extension",
            "policy",
            "rule",
            "aggregate",
            "publication",
            "subscription",
            "server",
            "statistics",
            "group",
            "tablespace",
            "collation",
            "operator",
            "cast",
            "language");

    private final List<Lexeme> lexemes;
    private final Set<String> expressions = new HashSet<>();
    private final List<String> words = new ArrayList<>();
    private int at;

    private SqlSummary(List<Lexeme> lexemes) {
        this.lexemes = lexemes;
    }

    /** Empty for a text without a statement. */
    public static String of(String sql) {
        SqlSummary summary = new SqlSummary(Lexemes.of(sql));
        summary.read();
        StringBuilder text = new StringBuilder();
        for (String word : summary.words) {
            int length = text.length() + word.length() + (text.isEmpty() ? 0 : 1);
            if (length > LONGEST) {
                break;
            }
            text.append(text.isEmpty() ? "" : " ").append(word);
        }
        return text.toString();
    }

    private void read() {
        while (at < lexemes.size()) {
            statement();
        }
    }

    private void statement() {
        skip(';');
        if (at >= lexemes.size()) {
            return;
        }
        String first = lower(at);
        if (DEFINITIONS.contains(first)) {
            definition();
        } else if (first.equals("with") || first.equals("explain") || OPERATIONS.contains(first) || isOpen(at)) {
            manipulation();
        } else {
            if (!first.isEmpty()) {
                words.add(lexemes.get(at).text());
            }
            toEnd();
        }
    }

    private boolean isOpen(int index) {
        return lexemes.get(index).is('(');
    }

    private void skip(char symbol) {
        while (at < lexemes.size() && lexemes.get(at).is(symbol)) {
            at++;
        }
    }

    private void toEnd() {
        while (at < lexemes.size() && !lexemes.get(at).is(';')) {
            at++;
        }
    }

    private String lower(int index) {
        return index >= 0 && index < lexemes.size() && lexemes.get(index).kind() == Kind.WORD
                ? lexemes.get(index).text().toLowerCase(Locale.ROOT)
                : "";
    }

    /** {@code CREATE .. INDEX name}: what lies between, such as UNIQUE, is left out, and so is everything behind the name. */
    private void definition() {
        words.add(lexemes.get(at++).text());
        while (at < lexemes.size() && lexemes.get(at).kind() == Kind.WORD && !KINDS.contains(lower(at))) {
            at++;
        }
        if (at < lexemes.size() && KINDS.contains(lower(at))) {
            words.add(lexemes.get(at++).text());
            while (BEFORE_NAME.contains(lower(at))) {
                at++;
            }
            name();
        }
        toEnd();
    }

    private void manipulation() {
        boolean copy = lower(at).equals("copy");
        int first = at;
        Deque<Boolean> lists = new ArrayDeque<>();
        lists.push(false);
        boolean targetNext = false;
        for (; at < lexemes.size() && !lexemes.get(at).is(';'); at++) {
            Lexeme lexeme = lexemes.get(at);
            String word = lower(at);
            if (lexeme.is('(')) {
                lists.push(false);
                targetNext = false;
            } else if (lexeme.is(')') && lists.size() > 1) {
                lists.pop();
            } else if (lexeme.is(',')) {
                targetNext = lists.element();
            } else if (targetNext && isTarget(lexeme, word)) {
                targetNext = false;
                target();
                at--;
            } else if (word.equals("as") && isExpression()) {
                expressions.add(lower(at - 1));
            } else if (isOperation(word, first)) {
                words.add(lexeme.text());
                targetNext = WITH_TARGET.contains(word) && !lower(at + 1).equals("set");
                enter(lists, word.equals("truncate"));
            } else if (BEFORE_TARGET.contains(word) && !isFromOfAFunction() && !(copy && lists.size() == 1)) {
                targetNext = true;
                enter(lists, word.equals("from") || word.equals("using"));
            } else if (BEHIND_TARGETS.contains(word)) {
                targetNext = false;
                enter(lists, false);
            }
        }
    }

    /** {@code truncate table t} is about t, {@code select from table} about a table of that name. */
    private boolean isTarget(Lexeme lexeme, String word) {
        boolean keyword = FILLERS.contains(word)
                || (word.equals("table") ? lower(at - 1).equals("truncate") : OPERATIONS.contains(word));
        return isName(lexeme) && !keyword;
    }

    /** Whether, at this depth, a comma is followed by another target. */
    private static void enter(Deque<Boolean> lists, boolean targets) {
        lists.pop();
        lists.push(targets);
    }

    /**
     * A column may be called like an operation; {@code do update} belongs to INSERT, and of a UNION only the first SELECT is named.
     */
    private boolean isOperation(String word, int first) {
        boolean called = (at > 0 && lexemes.get(at - 1).is('.'))
                || (at + 1 < lexemes.size() && lexemes.get(at + 1).is('.'));
        if (!OPERATIONS.contains(word) || called) {
            return false;
        }
        String before = lower(at - 1);
        return switch (word) {
            case "table", "truncate", "copy", "call" -> at == first;
            case "update" -> !before.equals("do") && !before.equals("for");
            case "select" -> !COMBINATIONS.contains(before);
            default -> true;
        };
    }

    private static boolean isName(Lexeme lexeme) {
        return lexeme.kind() == Kind.WORD || lexeme.kind() == Kind.QUOTED_NAME;
    }

    /** {@code with name as (} and {@code , name as materialized (}. */
    private boolean isExpression() {
        boolean body = at + 1 < lexemes.size() && (isOpen(at + 1) || BEHIND_AS.contains(lower(at + 1)));
        return body && at > 0 && isName(lexemes.get(at - 1));
    }

    /** {@code extract(year from x)}, {@code is distinct from}. */
    private boolean isFromOfAFunction() {
        return lower(at).equals("from") && (lower(at - 1).equals("distinct") || behindFunction());
    }

    private boolean behindFunction() {
        int depth = 0;
        for (int i = at - 1; i > 0; i--) {
            if (lexemes.get(i).is(')')) {
                depth++;
            } else if (lexemes.get(i).is('(') && --depth < 0) {
                return WITH_FROM_INSIDE.contains(lower(i - 1));
            }
        }
        return false;
    }

    private void target() {
        int start = at;
        String name = qualifiedName();
        boolean function = at < lexemes.size()
                && isOpen(at)
                && start > 0
                && !lower(start - 1).equals("into");
        boolean known = expressions.contains(name.toLowerCase(Locale.ROOT));
        if (!known
                && (!function
                        || lower(start - 1).equals("call")
                        || lower(start - 1).equals("copy"))) {
            words.add(name);
        }
    }

    private void name() {
        if (at < lexemes.size() && isName(lexemes.get(at)) && !lower(at).equals("on")) {
            words.add(qualifiedName());
        }
    }

    private String qualifiedName() {
        StringBuilder name = new StringBuilder(lexemes.get(at++).text());
        while (at + 1 < lexemes.size() && lexemes.get(at).is('.') && isName(lexemes.get(at + 1))) {
            name.append('.').append(lexemes.get(at + 1).text());
            at += 2;
        }
        return name.toString();
    }
}
