package dev.evenkeel.bulk;

import io.r2dbc.postgresql.codec.Json;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.time.ZonedDateTime;
import java.time.temporal.Temporal;
import java.time.temporal.TemporalAmount;
import java.util.Collection;
import java.util.HexFormat;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The text of a one-dimensional array, {@code {"a",NULL,"b"}}. Every value is quoted: the server reads it as the type of its column,
 * whatever that is. Array input syntax: PostgreSQL manual, section 8.15.2.
 */
final class ArrayLiteral {

    private final StringBuilder text = new StringBuilder("{");

    /** An {@link IllegalArgumentException} names the class of a value that has no text. */
    void add(@Nullable Object value) {
        if (text.length() > 1) {
            text.append(',');
        }
        if (value == null) {
            text.append("NULL");
            return;
        }
        String plain = plain(value);
        text.append('"');
        for (int i = 0; i < plain.length(); i++) {
            char c = plain.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\');
            }
            text.append(c);
        }
        text.append('"');
    }

    private static String plain(Object value) {
        if (value instanceof CharSequence
                || value instanceof Number
                || value instanceof Boolean
                || value instanceof Character
                || value instanceof UUID) {
            return value.toString();
        }
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        if (value instanceof ZonedDateTime zoned) {
            return zoned.toOffsetDateTime().toString();
        }
        if (value instanceof Temporal || value instanceof TemporalAmount) {
            return value.toString();
        }
        if (value instanceof byte[] bytes) {
            return "\\x" + HexFormat.of().formatHex(bytes);
        }
        if (value instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return "\\x" + HexFormat.of().formatHex(bytes);
        }
        if (value instanceof Json json) {
            return json.asString();
        }
        if (value instanceof Collection<?> elements) {
            return of(elements);
        }
        if (value.getClass().isArray()) {
            return of(IntStream.range(0, Array.getLength(value))
                    .mapToObj(i -> Array.get(value, i))
                    .toList());
        }
        throw new IllegalArgumentException(value.getClass().getName());
    }

    private static String of(Collection<? extends @Nullable Object> elements) {
        ArrayLiteral inner = new ArrayLiteral();
        elements.forEach(inner::add);
        return inner.toString();
    }

    @Override
    public String toString() {
        return text + "}";
    }
}
