package dev.evenkeel.driver;

import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.codec.Codecs;
import io.r2dbc.postgresql.message.backend.DataRow;
import io.r2dbc.postgresql.message.backend.RowDescription;
import io.r2dbc.spi.Row;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * Makes the driver's own rows out of what the server sends for one prepared statement, so that they decode exactly as they do
 * everywhere else. Made once for each statement; thread-safe.
 */
public final class RowShape {

    private static final MethodHandle RESOURCES;
    private static final MethodHandle CODECS;
    private static final MethodHandle METADATA;
    private static final MethodHandle ROW;
    private static final VarHandle RELEASED;

    static {
        try {
            Class<?> connection = driverClass("PostgresqlConnection");
            Class<?> resources = driverClass("ConnectionResources");
            Class<?> metadata = driverClass("PostgresqlRowMetadata");
            Class<?> row = driverClass("PostgresqlRow");
            RESOURCES = inside(connection)
                    .findVirtual(connection, "getResources", MethodType.methodType(resources))
                    .asType(MethodType.methodType(Object.class, Object.class));
            CODECS = inside(resources)
                    .findVirtual(resources, "getCodecs", MethodType.methodType(Codecs.class))
                    .asType(MethodType.methodType(Codecs.class, Object.class));
            METADATA = inside(metadata)
                    .findStatic(
                            metadata,
                            "toRowMetadata",
                            MethodType.methodType(metadata, Codecs.class, RowDescription.class))
                    .asType(MethodType.methodType(Object.class, Codecs.class, RowDescription.class));
            ROW = inside(row)
                    .findConstructor(
                            row,
                            MethodType.methodType(
                                    void.class,
                                    resources,
                                    driverClass("api.PostgresqlRowMetadata"),
                                    List.class,
                                    ByteBuf[].class))
                    .asType(MethodType.methodType(Row.class, Object.class, Object.class, List.class, ByteBuf[].class));
            RELEASED = inside(row).findVarHandle(row, "isReleased", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "this version of r2dbc-postgresql is not supported: use the one that evenkeel-bom manages", e);
        }
    }

    private final Object resources;
    private final Object metadata;
    private final RowDescription description;

    private RowShape(Object resources, Object metadata, RowDescription description) {
        this.resources = resources;
        this.metadata = metadata;
        this.description = description;
    }

    private static Class<?> driverClass(String name) throws ClassNotFoundException {
        return Class.forName("io.r2dbc.postgresql." + name);
    }

    private static Lookup inside(Class<?> owner) throws IllegalAccessException {
        return MethodHandles.privateLookupIn(owner, MethodHandles.lookup());
    }

    /** How the driver turns values of this session into bytes and back. */
    public static Codecs codecs(PostgresqlConnection connection) {
        try {
            return (Codecs) CODECS.invokeExact((Object) RESOURCES.invokeExact((Object) connection));
        } catch (Throwable e) {
            throw new IllegalStateException("a connection that the driver did not make: " + connection, e);
        }
    }

    public static RowShape of(PostgresqlConnection connection, RowDescription description) {
        try {
            Object resources = (Object) RESOURCES.invokeExact((Object) connection);
            Object metadata = (Object) METADATA.invokeExact(codecs(connection), description);
            return new RowShape(resources, metadata, description);
        } catch (Throwable e) {
            throw new IllegalStateException("the driver cannot read " + description, e);
        }
    }

    /** A row that can be read until {@link #close}. */
    public Row open(DataRow data) {
        try {
            return (Row) ROW.invokeExact(resources, metadata, (List<?>) description.getFields(), data.getColumns());
        } catch (Throwable e) {
            throw new IllegalStateException("the driver cannot read a row", e);
        }
    }

    /** The row belongs to nobody any more: reading it is an error from now on, and its bytes are given back. */
    public static void close(Row row, DataRow data) {
        RELEASED.set(row, true);
        data.release();
    }
}
