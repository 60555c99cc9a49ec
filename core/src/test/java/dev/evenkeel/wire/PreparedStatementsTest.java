package dev.evenkeel.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.driver.SessionCodecs;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.r2dbc.postgresql.codec.DefaultCodecs;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PreparedStatementsTest {

    private static final String SQL = "select $1";

    private final ValueEncoder encoder =
            new ValueEncoder(new SessionCodecs(new DefaultCodecs(ByteBufAllocator.DEFAULT), true));

    @Test
    void aStatementIsFoundForItsTypesOnly() {
        PreparedStatements statements = new PreparedStatements(true);
        int[] ofNumber = Objects.requireNonNull(encoder.encode(List.of(1))).types();
        int[] ofText = Objects.requireNonNull(encoder.encode(List.of("1"))).types();
        Prepared number = statements.prepare(SQL, ofNumber, Unpooled.buffer());

        assertThat(statements.find(SQL, ofNumber)).isSameAs(number);
        assertThat(statements.find(SQL, ofText)).isNull();
        Prepared text = statements.prepare(SQL, ofText, Unpooled.buffer());
        assertThat(text.name()).isNotEqualTo(number.name());
        assertThat(statements.find(SQL, ofNumber)).isSameAs(number);

        statements.forget(text);
        assertThat(statements.find(SQL, ofNumber)).isNull();
    }
}
