package dev.evenkeel.event;

import io.r2dbc.spi.Parameter;
import java.lang.reflect.Array;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parameters of a statement, of which only the shape can be read: no value leaves it. Immutable. */
public final class BoundValues {

    public static final BoundValues NONE = new BoundValues(new Object[0]);

    private final @Nullable Object[] values;

    private BoundValues(@Nullable Object[] values) {
        this.values = values;
    }

    /** The values are not copied: whoever calls this must not change them afterwards. */
    public static BoundValues of(@Nullable Object... values) {
        return values.length == 0 ? NONE : new BoundValues(values);
    }

    /** The same for parameters of the SPI, which may say their type beside their value. */
    public static BoundValues ofParameters(List<@Nullable Object> parameters) {
        @Nullable Object[] values = new @Nullable Object[parameters.size()];
        for (int i = 0; i < values.length; i++) {
            Object value = parameters.get(i);
            values[i] = value instanceof Parameter typed ? typed.getValue() : value;
        }
        return of(values);
    }

    public int count() {
        return values.length;
    }

    /** The Java type of each; {@code Void} for one that is null. */
    public List<Class<?>> types() {
        return java.util.Arrays.<@Nullable Object>stream(values)
                .<Class<?>>map(value -> value == null ? Void.class : value.getClass())
                .toList();
    }

    /** Type and length of each, such as {@code [Long, String(12), null]}. */
    public List<String> shapes() {
        return java.util.Arrays.<@Nullable Object>stream(values)
                .map(BoundValues::shape)
                .toList();
    }

    private static String shape(@Nullable Object value) {
        if (value == null) {
            return "null";
        }
        String type = value.getClass().getSimpleName();
        if (value instanceof CharSequence text) {
            return "%s(%d)".formatted(type, text.length());
        }
        return value.getClass().isArray()
                ? "%s[%d]".formatted(value.getClass().getComponentType().getSimpleName(), Array.getLength(value))
                : type;
    }

    @Override
    public String toString() {
        return shapes().toString();
    }
}
