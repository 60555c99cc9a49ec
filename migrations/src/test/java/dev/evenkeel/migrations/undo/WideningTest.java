package dev.evenkeel.migrations.undo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WideningTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "smallint | bigint",
                "integer | numeric",
                "integer | numeric(12,2)",
                "numeric(10,2) | numeric(12,2)",
                "numeric(10,2) | numeric",
                "character varying(50) | text",
                "character varying(50) | character varying(51)",
                "character varying(50) | character varying",
                "date | timestamp with time zone",
                "real | double precision"
            })
    void aWiderTypeHoldsEveryValueAndNotTheOtherWayRound(String narrow, String wide) {
        assertThat(Widening.holds(wide, narrow)).isTrue();
        assertThat(Widening.holds(narrow, wide)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "numeric(10,2) | numeric(10,3)",
                "numeric(10,2) | numeric(12,1)",
                "integer | numeric(5,0)",
                "json | jsonb",
                "text | integer",
                "bigint | double precision",
                "character varying(50) | character varying(20)"
            })
    void whatMayLoseSomethingIsNotOne(String from, String to) {
        assertThat(Widening.holds(to, from)).isFalse();
    }
}
