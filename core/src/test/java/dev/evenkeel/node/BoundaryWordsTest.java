package dev.evenkeel.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundaryWordsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN",
                "begin; set local statement_timeout = 5",
                "start transaction read only",
                "COMMIT",
                "commit and chain",
                " end",
                "End Transaction",
                "-- done\ncommit",
                "/* a; b */ /* c */COMMIT;",
                "insert into t values (1); commit",
                "insert into t values (1);/* x */\n end",
                "prepare transaction 'x'"
            })
    void findsWhatBeginsOrCommits(String sql) {
        assertThat(BoundaryWords.in(sql)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                "select 1",
                "select case when true then 1 end",
                "update commit set end = 1",
                "call commit_all()",
                "endless",
                "beginner",
                "select begin from t",
                "prepare s as select 1",
                "-- commit",
                "/* commit */ select 1; select 2"
            })
    void leavesTheRestAlone(String sql) {
        assertThat(BoundaryWords.in(sql)).isFalse();
    }
}
