package dev.evenkeel.driver;

import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.api.PostgresqlRow;
import io.r2dbc.postgresql.api.PostgresqlRowMetadata;
import io.r2dbc.spi.Row;
import org.jspecify.annotations.Nullable;

/**
 * A row where it was received. Numbers and texts that are wanted as what they are by nature are read at once; for all else, errors
 * included, there is the driver's own row. Of use as long as its message is there.
 */
final class ReceivedRow implements PostgresqlRow {

    private final RowShape shape;
    private final ByteBuf body;
    private final int[] begins;
    private @Nullable Row drivers;
    private volatile boolean closed;

    /** The body begins where its reader is, with the number of columns. */
    ReceivedRow(RowShape shape, ByteBuf body) {
        this.shape = shape;
        this.body = body;
        this.begins = new int[body.readUnsignedShort()];
        for (int i = 0; i < begins.length; i++) {
            int length = body.readInt();
            begins[i] = body.readerIndex();
            body.skipBytes(Math.max(0, length));
        }
    }

    @Override
    public <T> @Nullable T get(int index, Class<T> type) {
        return isReadHere(index, type) ? read(index, type) : drivers().get(index, type);
    }

    @Override
    public <T> @Nullable T get(String name, Class<T> type) {
        int index = shape.index(name);
        return isReadHere(index, type) ? read(index, type) : drivers().get(name, type);
    }

    private boolean isReadHere(int index, Class<?> type) {
        return !closed
                && index >= 0
                && index < begins.length
                && shape.kind(index).isReadAs(type);
    }

    private <T> @Nullable T read(int index, Class<T> type) {
        int length = length(index);
        return length < 0 ? null : type.cast(shape.kind(index).read(body, begins[index], length));
    }

    private int length(int index) {
        return body.getInt(begins[index] - Integer.BYTES);
    }

    private Row drivers() {
        Row row = drivers;
        if (row == null) {
            @Nullable ByteBuf[] columns = new ByteBuf[begins.length];
            for (int i = 0; i < columns.length && !closed; i++) {
                int length = length(i);
                columns[i] = length < 0 ? null : body.slice(begins[i], length);
            }
            row = shape.row(columns);
            drivers = row;
            if (closed) {
                RowShape.release(row);
            }
        }
        return row;
    }

    @Override
    public PostgresqlRowMetadata getMetadata() {
        return shape.metadata();
    }

    /** Reading it is an error from now on. */
    void close() {
        closed = true;
        Row row = drivers;
        if (row != null) {
            RowShape.release(row);
        }
    }

    @Override
    public String toString() {
        return "Row" + shape.metadata().getColumnMetadatas();
    }
}
