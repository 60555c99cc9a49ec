package dev.evenkeel.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandTagTest {

    private static CommandTag tag(String text) {
        ByteBuf body = Unpooled.copiedBuffer("xx" + text + "\0yy", StandardCharsets.US_ASCII);
        return CommandTag.read(body.skipBytes(2), text.length() + 1);
    }

    @ParameterizedTest
    @CsvSource({
        "INSERT 0 5, 5",
        "UPDATE 0, 0",
        "DELETE 12, 12",
        "SELECT 1000000, 1000000",
        "MERGE 7, 7",
        "COPY 9000000000, 9000000000",
        "BEGIN, -1",
        "COMMIT, -1",
        "CREATE TABLE, -1",
        "LISTEN, -1"
    })
    void theNumberAtTheEndIsThatOfTheRows(String text, long rows) {
        assertThat(tag(text).rows()).isEqualTo(rows);
        assertThat(tag(text).rolledBack()).isFalse();
    }

    @Test
    void aCommitThatBecameARollbackIsSeen() {
        assertThat(tag("ROLLBACK").rolledBack()).isTrue();
        assertThat(tag("ROLLBACK").rows()).isEqualTo(-1);
        assertThat(tag("ROLLBACK PREPARED").rolledBack()).isFalse();
    }

    @Test
    void anEmptyTagSaysNothing() {
        assertThat(tag("")).isEqualTo(new CommandTag(-1, false));
    }
}
