package dev.evenkeel.error;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RedactionTest {

    @Test
    void takesValuesOutOfDataErrorsAndKeepsIdentifiersElsewhere() {
        assertThat(Redaction.serverMessage("22P02", "invalid input syntax for type integer: \"4111-1111\""))
                .isEqualTo("invalid input syntax for type integer: ?");
        assertThat(Redaction.serverMessage("42601", "syntax error at or near \"hunter2\""))
                .isEqualTo("syntax error at or near ?");
        assertThat(Redaction.serverMessage("23505", "duplicate key value violates unique constraint \"t_pkey\""))
                .contains("t_pkey");
    }

    @Test
    void takesAValueOutThatHasQuotesOfItsOwn() {
        assertThat(Redaction.serverMessage("22P02", "invalid input syntax for type integer: \"\"a\" sesame \"b\"\""))
                .doesNotContain("sesame");
    }

    @Test
    void takesValuesOutWhenTheCodeIsUnknown() {
        assertThat(Redaction.serverMessage(null, "failed for 'it''s me'")).isEqualTo("failed for ?");
    }

    @Test
    void takesUserPasswordAndKeysOutOfUrls() {
        assertThat(Redaction.url("r2dbc:postgresql://app:p%40ss@db:5432/x?sslPassword=k&a=b"))
                .isEqualTo("r2dbc:postgresql://****@db:5432/x?sslPassword=****&a=b");
        assertThat(Redaction.url("r2dbc:postgresql://db/x")).isEqualTo("r2dbc:postgresql://db/x");
    }
}
