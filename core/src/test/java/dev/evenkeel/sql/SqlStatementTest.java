package dev.evenkeel.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlStatementTest {

    private static final List<String> PIECES = List.of(
            "select",
            "a$b",
            "\"odd;\"\"name\"",
            "U&\"d\\0061;t\"",
            "'it''s; -- no comment'",
            "E'a\\';b'",
            "e'\\\\'",
            "E'one\\''\n  -- between\n '\\';two'",
            "U&'d\\0061;t'",
            "B'01'",
            "$$ ; ' $1 $$",
            "$tag$ ; $$ ; $tag$",
            "$1",
            "1.5e10",
            "/* ; /* nested ' */ ; */",
            "-- ; ' to the end\n",
            "(a; b)",
            "::",
            ",");

    private static List<String> texts(String script) {
        return SqlStatement.split(script).stream().map(SqlStatement::text).toList();
    }

    @Test
    void cutsRandomScriptsExactlyWhereTheyWereJoined() {
        Random random = new Random(7);
        for (int round = 0; round < 5_000; round++) {
            List<String> statements = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                StringBuilder statement = new StringBuilder("begin");
                for (int j = random.nextInt(6); j > 0; j--) {
                    statement.append(' ').append(PIECES.get(random.nextInt(PIECES.size())));
                }
                statements.add(statement.append(" done").toString());
            }
            assertThat(texts(String.join(random.nextBoolean() ? ";" : " ; \n", statements) + ";"))
                    .as("round %d", round)
                    .isEqualTo(statements);
        }
    }

    @Test
    void tokensOfRandomCharactersNeverOverlapAndLeaveOnlySpaceOut() {
        String alphabet = "aEuU&$1'\"-/*\\;(). \n_é";
        Random random = new Random(11);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder sql = new StringBuilder();
            for (int i = random.nextInt(25); i > 0; i--) {
                sql.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            int end = 0;
            for (Token token : SqlLexer.tokens(sql.toString())) {
                assertThat(sql.substring(end, token.start()))
                        .as("before %s in %s", token, sql)
                        .isBlank();
                assertThat(token.end()).isGreaterThan(token.start()).isLessThanOrEqualTo(sql.length());
                end = token.end();
            }
            assertThat(sql.substring(end)).isBlank();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create function f() returns int language sql begin atomic select 1; select case when true then 2 end; end",
                "create or replace procedure p() begin atomic insert into t values (1); end",
                "create rule r as on insert to t do also (insert into a values (1); insert into b values (2))",
                "create function f() returns void language plpgsql as $f$ begin perform 1; end $f$",
                "select 'a'\n'b;'"
            })
    void keepsAStatementWithSemicolonsInOnePiece(String statement) {
        assertThat(texts(statement + ";\nselect 1")).containsExactly(statement, "select 1");
    }

    @Test
    void aTransactionIsNotTakenForTheBodyOfAFunction() {
        assertThat(texts("begin; select 1; end;")).containsExactly("begin", "select 1", "end");
    }

    @Test
    void countsLinesAndLeavesEmptyStatementsOut() {
        assertThat(SqlStatement.split("-- only a comment\n;;\n\nselect 1;\nselect\n2"))
                .extracting(SqlStatement::line)
                .containsExactly(4, 5);
    }

    @Test
    void whatIsNotTerminatedReachesToTheEnd() {
        assertThat(texts("select 'a; select 2")).containsExactly("select 'a; select 2");
        assertThat(texts("select $x$ a; select 2")).containsExactly("select $x$ a; select 2");
        assertThat(texts("select 1 /* a; /* */ select 2")).containsExactly("select 1");
    }

    @Test
    void theOutlineHasNoLiteral() {
        SqlStatement statement = SqlStatement.split(
                        "insert into public.client values (4711, 'secret', E'se\\'cret', $$secret$$)")
                .get(0);

        assertThat(statement.outline()).isEqualTo("insert into public.client values(?, ?, ?, ?)");
    }

    @Test
    void findsKeywordsWhateverIsBetweenThem() {
        SqlStatement statement = SqlStatement.split("CREATE /* now */ INDEX\n Concurrently i ON t (a)")
                .get(0);

        assertThat(statement.startsWith("create index concurrently")).isTrue();
        assertThat(statement.has("on t")).isTrue();
        assertThat(statement.has("on a")).isFalse();
    }
}
