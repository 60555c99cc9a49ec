package dev.evenkeel.driver;

import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.codec.PostgresqlObjectId;
import io.r2dbc.postgresql.message.Format;
import io.r2dbc.postgresql.message.backend.RowDescription.Field;
import java.nio.charset.StandardCharsets;

/** What can be read of a column without looking for a codec: the type that it has by nature, from how the server writes it as text. */
enum ColumnKind {
    NUMBER_2(Short.class) {
        @Override
        Object read(ByteBuf from, int at, int length) {
            return (short) integer(from, at, length);
        }
    },
    NUMBER_4(Integer.class) {
        @Override
        Object read(ByteBuf from, int at, int length) {
            return (int) integer(from, at, length);
        }
    },
    NUMBER_8(Long.class) {
        @Override
        Object read(ByteBuf from, int at, int length) {
            return integer(from, at, length);
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

    boolean isReadAs(Class<?> wanted) {
        return wanted == type;
    }

    abstract Object read(ByteBuf from, int at, int length);

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
