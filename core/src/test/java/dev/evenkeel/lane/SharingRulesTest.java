package dev.evenkeel.lane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SharingRulesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "select 1 | 0",
                "SELECT * FROM item WHERE id = $1 | 1",
                "select $2, $1, $2; | 2",
                "/* comment */ with a as (select 1) select * from a where $3 = 1 | 3",
                "(select 1) union all (select $1) | 1",
                "values (1, $1) | 1",
                "table item | 0",
                "select substring(name from 1 for 2) from item | 0",
                "select 'for update', \"for\" from item | 0",
                "select * from item where name = '$9' | 0",
                "select update, share from item | 0",
            })
    void whatDependsOnTheDataOnlyMayShare(String sql, int parameters) {
        assertThat(SharingRules.parametersOf(sql)).isEqualTo(parameters);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from item for update",
                "select * from item FOR no key UPDATE",
                "select * from item for share skip locked",
                "select * from item for key share",
                "with a as (select * from item for update) select * from a",
                "select pg_advisory_lock(1)",
                "select pg_catalog.pg_try_advisory_xact_lock_shared(1)",
                "select \"pg_advisory_lock\"(1)",
                "select set_config('a.b', 'c', false)",
                "select current_setting('a.b')",
                "select pg_sleep(5)",
                "select PG_BACKEND_PID()",
                "select * from pg_temp.item",
                "show timezone",
                "set timezone = 'UTC'",
                "listen news",
                "begin",
                "copy item to stdout",
                "explain select 1",
                "fetch 10 from c",
                "select 1; select 2",
                "",
                "-- nothing",
                "call procedure()",
                "do $$ begin end $$",
            })
    void whatNeedsASessionOfItsOwnMayNot(String sql) {
        assertThat(SharingRules.parametersOf(sql)).isNegative();
    }

    @ParameterizedTest
    @ValueSource(strings = {"select $99999999999", "select $70000"})
    void aNumberThatNoParameterHasFitsNoValues(String sql) {
        assertThat(SharingRules.parametersOf(sql)).isGreaterThan(65_535);
    }
}
