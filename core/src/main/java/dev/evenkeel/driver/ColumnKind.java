package dev.evenkeel.driver;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.r2dbc.postgresql.codec.PostgresqlObjectId;
import io.r2dbc.postgresql.message.Format;
import io.r2dbc.postgresql.message.backend.RowDescription.Field;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What can be read of a column without looking for a codec: the type that it has by nature. A whole number comes as text, or in binary if
 * it was asked for like that; text is the same in both.
 */
enum ColumnKind {
    NUMBER_2(Short.class),
    NUMBER_4(Integer.class),
    NUMBER_8(Long.class),
    BINARY_2(Short.class),
    BINARY_4(Integer.class),
    BINARY_8(Long.class),
    TEXT(String.class),
    /** Left to the driver. */
    OTHER(Void.class);

    private final Class<?> type;

    ColumnKind(Class<?> type) {
        this.type = type;
    }

    static ColumnKind of(Field column) {
        if (column.getFormat() != Format.FORMAT_TEXT || !PostgresqlObjectId.isValid(column.getDataType())) {
            return OTHER;
        }
        return switch (PostgresqlObjectId.valueOf(column.getDataType())) {
            case INT2 -> NUMBER_2;
            case INT4 -> NUMBER_4;
            case INT8 -> NUMBER_8;
            case TEXT, VARCHAR -> TEXT;
            default -> OTHER;
        };
    }

    /** What these are to be asked for as; text may as well be binary, and then one word is enough. */
    static short[] formats(ColumnKind[] kinds) {
        if (Arrays.stream(kinds).allMatch(kind -> kind.isBinary() || kind == TEXT)) {
            return new short[] {1};
        }
        short[] formats = new short[kinds.length];
        for (int i = 0; i < formats.length; i++) {
            formats[i] = (short) (kinds[i].isBinary() ? 1 : 0);
        }
        return formats;
    }

    boolean isReadAs(Class<?> wanted) {
        return wanted == type;
    }

    /** How the same column comes when it is asked for in binary; itself if it is not worth that. */
    ColumnKind binary() {
        return switch (this) {
            case NUMBER_2 -> BINARY_2;
            case NUMBER_4 -> BINARY_4;
            case NUMBER_8 -> BINARY_8;
            default -> this;
        };
    }

    boolean isBinary() {
        return this == BINARY_2 || this == BINARY_4 || this == BINARY_8;
    }

    Object read(ByteBuf from, int at, int length) {
        return switch (this) {
            case NUMBER_2 -> (short) integer(from, at, length);
            case NUMBER_4 -> (int) integer(from, at, length);
            case NUMBER_8 -> integer(from, at, length);
            case BINARY_2 -> from.getShort(at);
            case BINARY_4 -> from.getInt(at);
            case BINARY_8 -> from.getLong(at);
            case TEXT -> from.toString(at, length, StandardCharsets.UTF_8);
            case OTHER -> throw new UnsupportedOperationException("left to the driver");
        };
    }

    /** The value as the server writes it as text, which is what the driver's row is told that it is. */
    ByteBuf text(ByteBuf from, int at, int length) {
        return isBinary()
                ? Unpooled.wrappedBuffer(read(from, at, length).toString().getBytes(StandardCharsets.US_ASCII))
                : from.slice(at, length);
    }

    /** Downwards, because the least number has no positive counterpart. */
    private static long integer(ByteBuf from, int at, int length) {
        boolean negative = from.getByte(at) == '-';
        long value = 0;
        for (int i = negative ? 1 : 0; i < length; i++) {
            value = value * 10 - (from.getByte(at + i) - '0');
        }
        return negative ? value : -value;
    }
}
