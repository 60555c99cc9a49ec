package dev.evenkeel.driver;

import io.netty.buffer.ByteBuf;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.api.PostgresqlRowMetadata;
import io.r2dbc.postgresql.codec.Codecs;
import io.r2dbc.postgresql.message.backend.RowDescription;
import io.r2dbc.postgresql.message.backend.RowDescription.Field;
import io.r2dbc.spi.Row;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows that the server sends for one prepared statement where they are, or makes the driver's own of them, so that they
 * decode exactly as they do everywhere else. Made once for each statement; thread-safe.
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
                    .asType(MethodType.methodType(PostgresqlRowMetadata.class, Codecs.class, RowDescription.class));
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
    private final PostgresqlRowMetadata metadata;
    private final RowDescription description;
    private final ColumnKind[] kinds;
    private final Map<String, Integer> indexes;
    private final short[] formats;
    private final RowShape quicker;

    private RowShape(Object resources, PostgresqlRowMetadata metadata, RowDescription description, boolean plain) {
        this.resources = resources;
        this.metadata = metadata;
        this.description = description;
        this.indexes = new HashMap<>();
        List<Field> fields = description.getFields();
        this.kinds = new ColumnKind[fields.size()];
        for (int i = 0; i < kinds.length; i++) {
            kinds[i] = plain ? ColumnKind.of(fields.get(i)) : ColumnKind.OTHER;
            indexes.putIfAbsent(fields.get(i).getName().toLowerCase(Locale.ROOT), i);
        }
        // To the driver all spellings are the same name, and the first column of that name counts.
        for (Field field : fields) {
            indexes.put(field.getName(), index(field.getName().toLowerCase(Locale.ROOT)));
        }
        this.formats = new short[0];
        this.quicker = Arrays.stream(kinds).anyMatch(kind -> kind.binary() != kind) ? new RowShape(this) : this;
    }

    /** The same rows with their whole numbers in binary. */
    private RowShape(RowShape text) {
        this.resources = text.resources;
        this.metadata = text.metadata;
        this.description = text.description;
        this.indexes = text.indexes;
        this.kinds = Arrays.stream(text.kinds).map(ColumnKind::binary).toArray(ColumnKind[]::new);
        this.formats = ColumnKind.formats(kinds);
        this.quicker = this;
    }

    private static Class<?> driverClass(String name) throws ClassNotFoundException {
        return Class.forName("io.r2dbc.postgresql." + name);
    }

    private static Lookup inside(Class<?> owner) throws IllegalAccessException {
        return MethodHandles.privateLookupIn(owner, MethodHandles.lookup());
    }

    static Codecs codecs(PostgresqlConnection connection) {
        try {
            return (Codecs) CODECS.invokeExact((Object) RESOURCES.invokeExact((Object) connection));
        } catch (Throwable e) {
            throw new IllegalStateException("a connection that the driver did not make: " + connection, e);
        }
    }

    public static RowShape of(PostgresqlConnection connection, RowDescription description) {
        try {
            Object resources = (Object) RESOURCES.invokeExact((Object) connection);
            SessionCodecs session = SessionCodecs.of(connection);
            PostgresqlRowMetadata metadata =
                    (PostgresqlRowMetadata) METADATA.invokeExact(session.codecs(), description);
            return new RowShape(resources, metadata, description, session.areTheDrivers());
        } catch (Throwable e) {
            throw new IllegalStateException("the driver cannot read " + description, e);
        }
    }

    /** The same rows as they are cheapest to send and to read: so they come if {@link #formats} were asked for. Everything reads the same. */
    public RowShape quicker() {
        return quicker;
    }

    /** What each column is asked for as: 0 for text, 1 for binary; one for all, or none for text only (manual, Bind). */
    public short[] formats() {
        return formats;
    }

    /** What a function makes of a row, given the body of its message; the row can be read only meanwhile. */
    public <T> T read(ByteBuf body, Function<? super Row, ? extends T> mapping) {
        ReceivedRow row = new ReceivedRow(this, body);
        try {
            return mapping.apply(row);
        } finally {
            row.close();
        }
    }

    /** The driver's own row; {@code null} for NULL. */
    Row row(@Nullable ByteBuf[] columns) {
        try {
            return (Row) ROW.invokeExact(resources, (Object) metadata, (List<?>) description.getFields(), columns);
        } catch (Throwable e) {
            throw new IllegalStateException("the driver cannot read a row", e);
        }
    }

    /** Reading the driver's own row is an error from now on. */
    static void release(Row row) {
        RELEASED.set(row, true);
    }

    ColumnKind kind(int column) {
        return kinds[column];
    }

    /** Of the column with that name; -1 if it has to be looked for. */
    int index(String name) {
        return indexes.getOrDefault(name, -1);
    }

    PostgresqlRowMetadata metadata() {
        return metadata;
    }
}
