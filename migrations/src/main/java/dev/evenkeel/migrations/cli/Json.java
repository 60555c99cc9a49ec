package dev.evenkeel.migrations.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes records, collections and plain values as JSON (RFC 8259), on one line. The names of fields are those of the records'
 * components; times that pass are in milliseconds, moments as ISO-8601.
 */
final class Json {

    private final StringBuilder text = new StringBuilder();

    private Json() {}

    static String of(@Nullable Object value) {
        Json json = new Json();
        json.value(value);
        return json.text.toString();
    }

    /** A record with one more field in front. */
    static String of(String field, String name, Record value) {
        Json json = new Json();
        json.text.append('{');
        json.string(field);
        json.text.append(':');
        json.string(name);
        json.components(value, false);
        return json.text.append('}').toString();
    }

    private void value(@Nullable Object value) {
        if (value == null || value instanceof Boolean || value instanceof Integer || value instanceof Long) {
            text.append(value);
        } else if (value instanceof Duration duration) {
            text.append(duration.toMillis());
        } else if (value instanceof Collection<?> many) {
            array(many);
        } else if (value instanceof Map<?, ?> map) {
            map(map);
        } else if (value instanceof Record record) {
            text.append('{');
            components(record, true);
            text.append('}');
        } else {
            // Names of constants, moments and paths print as they are to be read.
            string(value instanceof Enum<?> constant ? constant.name() : value.toString());
        }
    }

    private void array(Collection<?> many) {
        text.append('[');
        boolean first = true;
        for (Object one : many) {
            text.append(first ? "" : ",");
            value(one);
            first = false;
        }
        text.append(']');
    }

    private void map(Map<?, ?> map) {
        text.append('{');
        boolean first = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            text.append(first ? "" : ",");
            string(String.valueOf(entry.getKey()));
            text.append(':');
            value(entry.getValue());
            first = false;
        }
        text.append('}');
    }

    private void components(Record record, boolean isFirst) {
        boolean first = isFirst;
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            text.append(first ? "" : ",");
            string(component.getName());
            text.append(':');
            value(read(component, record));
            first = false;
        }
    }

    private static @Nullable Object read(RecordComponent component, Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("%s cannot be read".formatted(component), e);
        }
    }

    private void string(String plain) {
        text.append('"');
        for (int i = 0; i < plain.length(); i++) {
            char c = plain.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> text.append(c < ' ' ? "\\u%04x".formatted((int) c) : String.valueOf(c));
            }
        }
        text.append('"');
    }
}
