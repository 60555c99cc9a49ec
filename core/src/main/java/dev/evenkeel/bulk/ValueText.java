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

/** The text of a value from which the server can read it, whatever the type of its column is. */
final class ValueText {

    private ValueText() {}

    /** An {@link IllegalArgumentException} names the class of a value that has none. */
    static String of(Object value) {
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
            return ArrayLiteral.of(elements);
        }
        if (value.getClass().isArray()) {
            return ArrayLiteral.of(IntStream.range(0, Array.getLength(value))
                    .mapToObj(i -> Array.get(value, i))
                    .toList());
        }
        throw new IllegalArgumentException(value.getClass().getName());
    }
}
