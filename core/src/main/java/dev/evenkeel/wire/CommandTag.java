package dev.evenkeel.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * What the server says when a statement has ended, such as {@code UPDATE 5} (manual, CommandComplete).
 *
 * @param rows how many it has changed or given; -1 when its tag has no number
 * @param rolledBack whether the statement, a COMMIT it may be, has ended its transaction without effect
 */
public record CommandTag(long rows, boolean rolledBack) {

    /** Of statements and transactions that do little, which are most: from -1 on. */
    private static final CommandTag[] OFTEN = often();

    private static final byte[] ROLLBACK = "ROLLBACK\0".getBytes(StandardCharsets.US_ASCII);

    /** The body of its message begins where the reader is. */
    static CommandTag read(ByteBuf body, int length) {
        int begin = body.readerIndex();
        long rows = rows(body, begin, begin + length - 1);
        boolean rolledBack = rows < 0 && isRollback(body, begin, length);
        return rows + 1 < OFTEN.length && !rolledBack ? OFTEN[(int) rows + 1] : new CommandTag(rows, rolledBack);
    }

    private static CommandTag[] often() {
        CommandTag[] tags = new CommandTag[4];
        for (int i = 0; i < tags.length; i++) {
            tags[i] = new CommandTag(i - 1, false);
        }
        return tags;
    }

    /** The number at the end, with a blank in front of it. */
    private static long rows(ByteBuf body, int begin, int end) {
        long rows = 0;
        long weight = 1;
        for (int at = end - 1; at > begin; at--) {
            byte next = body.getByte(at);
            if (next == ' ' && weight > 1) {
                return rows;
            }
            if (next < '0' || next > '9') {
                return -1;
            }
            rows += weight * (next - '0');
            weight *= 10;
        }
        return -1;
    }

    private static boolean isRollback(ByteBuf body, int begin, int length) {
        if (length != ROLLBACK.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (body.getByte(begin + i) != ROLLBACK[i]) {
                return false;
            }
        }
        return true;
    }
}
