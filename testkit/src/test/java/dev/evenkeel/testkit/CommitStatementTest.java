package dev.evenkeel.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommitStatementTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "COMMIT",
                "commit;",
                " End Transaction ; ",
                "COMMIT AND CHAIN",
                "/* a /* nested */ note */ COMMIT -- done",
                "-- first\nCOMMIT",
                "insert into t values ('a;b', E'it\\'s', 'it''s', $$;$$, $q$ ' $q$); commit",
                "COMMIT; BEGIN",
                "create function f() returns int begin atomic select 1; end; commit",
            })
    void findsCommit(String sql) {
        assertThat(CommitStatement.isIn(sql)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                "/* COMMIT",
                "-- COMMIT",
                "select 'x; COMMIT; '",
                "select E'\\'; COMMIT'",
                "select $1; select $a$; COMMIT $a$",
                "select \"; commit\"",
                "commitment",
                "COMMIT PREPARED 'x'",
                "select 1 as commit",
                "create function f() returns int begin atomic select 1; end",
                "ROLLBACK",
                "'unfinished",
                "$tag$ unfinished",
            })
    void findsNoCommitInAnythingElse(String sql) {
        assertThat(CommitStatement.isIn(sql)).isFalse();
    }
}
