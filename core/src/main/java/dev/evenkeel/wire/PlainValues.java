package dev.evenkeel.wire;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whole numbers and texts, written without the driver's codecs, which make some six objects and a buffer of each. */
final class PlainValues implements Values {

    private static final int NULL = -1;
    private static final int TEXT = 0;
    private static final int BINARY = 1;

    private final List<@Nullable Object> values;
    private final int[] types;

    PlainValues(List<@Nullable Object> values, int[] types) {
        this.values = values;
        this.types = types;
    }

    @Override
    public int[] types() {
        return types;
    }

    @Override
    public boolean write(ByteBuf out) {
        int count = values.size();
        out.writeShort(count);
        for (int i = 0; i < count; i++) {
            out.writeShort(values.get(i) instanceof String ? TEXT : BINARY);
        }
        out.writeShort(count);
        for (int i = 0; i < count; i++) {
            write(values.get(i), out);
        }
        return true;
    }

    private static void write(@Nullable Object value, ByteBuf out) {
        if (value instanceof Integer number) {
            out.writeInt(Integer.BYTES).writeInt(number);
        } else if (value instanceof Long number) {
            out.writeInt(Long.BYTES).writeLong(number);
        } else if (value instanceof Short number) {
            out.writeInt(Short.BYTES).writeShort(number);
        } else if (value instanceof String text) {
            int length = out.writerIndex();
            out.writeInt(0);
            out.setInt(length, out.writeCharSequence(text, StandardCharsets.UTF_8));
        } else {
            out.writeInt(NULL);
        }
    }
}
