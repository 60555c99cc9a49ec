package dev.evenkeel.wire;

import dev.evenkeel.driver.RowShape;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes messages of the extended query protocol (manual, chapter "Message Formats"), always on the unnamed portal. */
public final class Wire {

    private static final byte[] EXECUTE = {'E', 0, 0, 0, 9, 0, 0, 0, 0, 0};
    private static final byte[] SYNC = {'S', 0, 0, 0, 4};

    private static final byte[] UNNAMED = {0};

    private Wire() {}

    /** The name of a statement that is prepared for once only. */
    public static byte[] unnamed() {
        return UNNAMED;
    }

    /** A name with the zero byte that ends it. */
    public static byte[] name(String text) {
        return (text + "\0").getBytes(StandardCharsets.UTF_8);
    }

    public static void parse(ByteBuf out, byte[] name, String sql, int[] types) {
        int length = begin(out, 'P');
        out.writeBytes(name);
        out.writeCharSequence(sql, StandardCharsets.UTF_8);
        out.writeByte(0).writeShort(types.length);
        for (int type : types) {
            out.writeInt(type);
        }
        end(out, length);
    }

    public static void describe(ByteBuf out, byte[] name) {
        int length = begin(out, 'D');
        out.writeByte('S').writeBytes(name);
        end(out, length);
    }

    public static void close(ByteBuf out, byte[] name) {
        int length = begin(out, 'C');
        out.writeByte('S').writeBytes(name);
        end(out, length);
    }

    /**
     * Asks for rows of that shape, or with {@code null} for all columns as text. False when a value does not come at once: then nothing is of
     * use.
     */
    public static boolean bind(ByteBuf out, byte[] name, Values values, @Nullable RowShape rows) {
        int length = begin(out, 'B');
        out.writeByte(0).writeBytes(name);
        if (!values.write(out)) {
            return false;
        }
        results(out, rows);
        end(out, length);
        return true;
    }

    private static void results(ByteBuf out, @Nullable RowShape rows) {
        if (rows == null) {
            out.writeShort(0);
            return;
        }
        short[] each = rows.formats();
        out.writeShort(each.length);
        for (short format : each) {
            out.writeShort(format);
        }
    }

    /** A request of its own, without values. */
    public static void query(ByteBuf out, String sql) {
        int length = begin(out, 'Q');
        out.writeCharSequence(sql, StandardCharsets.UTF_8);
        out.writeByte(0);
        end(out, length);
    }

    public static void execute(ByteBuf out) {
        out.writeBytes(EXECUTE);
    }

    public static void sync(ByteBuf out) {
        out.writeBytes(SYNC);
    }

    private static int begin(ByteBuf out, char type) {
        int length = out.writeByte(type).writerIndex();
        out.writeInt(0);
        return length;
    }

    private static void end(ByteBuf out, int length) {
        out.setInt(length, out.writerIndex() - length);
    }
}
