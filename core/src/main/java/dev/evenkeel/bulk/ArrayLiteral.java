package dev.evenkeel.bulk;

import java.util.Collection;
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
        String plain = ValueText.of(value);
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

    static String of(Collection<? extends @Nullable Object> elements) {
        ArrayLiteral literal = new ArrayLiteral();
        elements.forEach(literal::add);
        return literal.toString();
    }

    @Override
    public String toString() {
        return text + "}";
    }
}
