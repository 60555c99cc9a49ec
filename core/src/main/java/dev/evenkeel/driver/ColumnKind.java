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
    NUMBER_2(Short.class) {
        @Override
        Object read(ByteBuf from, int at, int length) {
            return (short) integer(from, at, length);
        }

        @Override
        ColumnKind binary() {
            return BINARY_2;
        }
    },
    NUMBER_4(Integer.class) {
        @Override
        Object read(ByteBuf from, int at, int length) {
            return (int) integer(from, at, length);
        }

        @Override
        ColumnKind binary() {
            return BINARY_4;
        }
    },
    NUMBER_8(Long.class) {
        @Override
        Object read(ByteBuf from, int at, int length) {
            return integer(from, at, length);
        }

        @Override
        ColumnKind binary() {
            return BINARY_8;
        }
    },
    BINARY_2(Short.class) {
        @Override
        Object read(ByteBuf from, int at, int length) {
            return from.getShort(at);
        }
    },
    BINARY_4(Integer.class) {
        @Override
        Object read(ByteBuf from, int at, int length) {
            return from.getInt(at);
        }
    },
    BINARY_8(Long.class) {
        @Override
        Object read(ByteBuf from, int at, int length) {
            return from.getLong(at);
        }
    },
    TEXT(String.class) {
        @Override
        Object read(ByteBuf from, int at, int length) {
            return from.toString(at, length, StandardCharsets.UTF_8);
        }
    },
    /** Left to the driver. */
    OTHER(Void.class) {
        @Override
        Object read(ByteBuf from, int at, int length) {
            throw new UnsupportedOperationException("left to the driver");
        }
    };

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
        return this;
    }

    boolean isBinary() {
        return this == BINARY_2 || this == BINARY_4 || this == BINARY_8;
    }

    abstract Object read(ByteBuf from, int at, int length);

    /** The value as the server writes it as text, which is what the driver's row is told that it is. */
    final ByteBuf text(ByteBuf from, int at, int length) {
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
