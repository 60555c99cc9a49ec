package dev.evenkeel.driver;

import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.api.PostgresqlRow;
import io.r2dbc.postgresql.api.PostgresqlRowMetadata;
import io.r2dbc.spi.Row;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A row where it was received. Numbers and texts that are wanted as what they are by nature are read at once; for all else, errors
 * included, there is the driver's own row. Of use as long as its message is there.
 */
final class ReceivedRow implements PostgresqlRow {

    private static final VarHandle CLOSED;

    static {
        try {
            CLOSED = MethodHandles.lookup().findVarHandle(ReceivedRow.class, "closed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final RowShape shape;
    private final ByteBuf body;

    /** Where the first column begins, with its length. */
    private final int first;

    /** Columns are mostly read in their order: the one that was looked for last, and where it begins. */
    private int column;

    private int begin;
    private @Nullable Row drivers;

    /** By its handle only: each row that is read is closed, and a barrier would cost more than the row. */
    @SuppressWarnings("unused")
    private boolean closed;

    /** The body begins where its reader is, with the number of columns. */
    ReceivedRow(RowShape shape, ByteBuf body) {
        this.shape = shape;
        this.body = body;
        this.first = body.readerIndex() + Short.BYTES;
        this.begin = first;
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
        return !isClosed()
                && index >= 0
                && index < columns()
                && shape.kind(index).isReadAs(type);
    }

    private <T> @Nullable T read(int index, Class<T> type) {
        int at = begin(index);
        int length = body.getInt(at);
        return length < 0 ? null : type.cast(shape.kind(index).read(body, at + Integer.BYTES, length));
    }

    private int columns() {
        return body.getUnsignedShort(first - Short.BYTES);
    }

    private int begin(int index) {
        if (index < column) {
            column = 0;
            begin = first;
        }
        while (column < index) {
            begin += Integer.BYTES + Math.max(0, body.getInt(begin));
            column++;
        }
        return begin;
    }

    private boolean isClosed() {
        return (boolean) CLOSED.getAcquire(this);
    }

    private Row drivers() {
        Row row = drivers;
        if (row == null) {
            row = isClosed() ? unreadable() : shape.row(slices());
            drivers = row;
        }
        return row;
    }

    private @Nullable ByteBuf[] slices() {
        @Nullable ByteBuf[] slices = new ByteBuf[columns()];
        for (int i = 0; i < slices.length; i++) {
            int at = begin(i);
            int length = body.getInt(at);
            slices[i] = length < 0 ? null : shape.kind(i).text(body, at + Integer.BYTES, length);
        }
        return slices;
    }

    /** Its message is gone. */
    private Row unreadable() {
        Row row = shape.row(new ByteBuf[0]);
        RowShape.release(row);
        return row;
    }

    @Override
    public PostgresqlRowMetadata getMetadata() {
        return shape.metadata();
    }

    /** Reading it is an error from now on. */
    void close() {
        CLOSED.setRelease(this, true);
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
