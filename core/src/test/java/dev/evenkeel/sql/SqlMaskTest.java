package dev.evenkeel.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Random statements with random literals: none of these survives. */
class SqlMaskTest {

    private static final int STATEMENTS = 20_000;

    private final Random random = new Random(20261126);

    @SafeVarargs
    private <T> T any(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** A word that appears in nothing else. */
    private String marker() {
        return "zq" + Integer.toString(random.nextInt(1_000_000) + 1_000_000, 36) + "qz";
    }

    /** A literal that holds the marker, in one of the forms that the lexer of PostgreSQL knows. */
    private String literal(String marker) {
        String quoted = any("", "it''s ", "-- ", "/* ", "$$ ", "\"", ";", "é ", "(", "?")
                + marker
                + any("", "''", " */", "$x$", ")");
        return any(
                "'" + quoted + "'",
                "E'" + quoted.replace("''", "\\'") + "'",
                "e'\\\\" + quoted + "'",
                "U&'" + quoted + "'",
                "N'" + quoted + "'",
                "$" + "$" + marker + "$" + "$",
                "$t1$ '" + marker + " $" + "$ $t1$",
                "'a'\n  '" + quoted + "'",
                "'{" + marker + "}'::text[]",
                "array['x', '" + quoted + "']",
                "/* " + marker + " /* ' */ */ 1",
                "-- " + marker + " '\n 2",
                "date '" + quoted + "'");
    }

    private String statement(String marker) {
        Supplier<String> value =
                () -> random.nextInt(3) == 0 ? literal(marker) : any("$1", "7", "-1.5e-3", "null", "b.c", "f(x)");
        String must = literal(marker);
        return any(
                "select a, " + must + " from t where b = " + value.get() + " and c in (" + value.get() + ", " + must
                        + ")",
                "insert into t (a, b) values (" + value.get() + ", " + must + "), (" + must + ", " + value.get() + ")",
                "update t set a = " + must + " where b @> " + value.get(),
                "with x as (select " + value.get() + ") delete from t using x where t.a ? " + must,
                "alter role r password " + must,
                "set x.y = " + must,
                "copy t from stdin;\n" + marker + "\t1\n\\.\n",
                "select " + must + "; select " + value.get(),
                "select f(" + value.get() + ", " + must + ")::int" + any("", " -- " + marker, " /* " + marker));
    }

    @Test
    void noLiteralOfARandomStatementSurvives() {
        for (int i = 0; i < STATEMENTS; i++) {
            String marker = marker();
            String sql = statement(marker);
            assertThat(SqlMask.mask(sql)).as(sql).doesNotContain(marker);
        }
    }

    @Test
    void nothingSurvivesWhenAStatementIsCutAnywhere() {
        for (int i = 0; i < STATEMENTS / 10; i++) {
            String marker = marker();
            String sql = statement(marker);
            for (int cut = 0; cut <= sql.length(); cut++) {
                assertThat(SqlMask.mask(sql.substring(0, cut))).as(sql).doesNotContain(marker);
            }
        }
    }

    @Test
    void maskingTwiceChangesNothing() {
        for (int i = 0; i < STATEMENTS; i++) {
            String once = SqlMask.mask(statement(marker()));
            assertThat(SqlMask.mask(once)).isEqualTo(once);
        }
    }

    @Test
    void garbageIsMaskedWithoutAnError() {
        String alphabet = "aA1 .,;:'\"$$?()[]{}-+*/\\\n\tE&Uxe_é=<>!@#%^|`~";
        for (int i = 0; i < STATEMENTS; i++) {
            StringBuilder garbage = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                garbage.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            String sql = garbage.toString();
            assertThat(SqlMask.mask(sql)).isNotNull();
            assertThat(SqlSummary.of(sql)).isNotNull();
            assertThat(SqlFingerprint.of(sql)).hasSize(16);
        }
    }

    @Test
    void theFingerprintKnowsNoLiteralsSpacesCommentsAndCase() {
        List<String> same = new ArrayList<>(List.of(
                "select a from t where b = 1",
                "SELECT a\n  FROM t WHERE b=$1",
                "select a from T /* here */ where b = -5.5 ;",
                "Select A from t where b = 'x' -- there"));
        assertThat(same).extracting(SqlFingerprint::of).containsOnly(SqlFingerprint.of(same.get(0)));
        assertThat(SqlFingerprint.of("select a from t where b in (1, 2, 3)"))
                .isEqualTo(SqlFingerprint.of("select a from t where b in ($1)"));
        assertThat(SqlFingerprint.of("select a from t where c = 1")).isNotEqualTo(SqlFingerprint.of(same.get(0)));
        assertThat(SqlFingerprint.of("select \"A\" from t where b = 1")).isNotEqualTo(SqlFingerprint.of(same.get(0)));
    }
}
