package dev.evenkeel.bulk;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns rows into lines of COPY's text format: PostgreSQL manual, COPY, "File Formats". */
record CopyLines(GivenRows given) {

    byte[] of(List<? extends List<? extends @Nullable Object>> rows) {
        StringBuilder lines = new StringBuilder(rows.size() * given.width() * 16);
        int last = given.width() - 1;
        given.forEach(rows, (column, value) -> {
            if (value == null) {
                lines.append("\\N");
            } else {
                append(lines, ValueText.of(value));
            }
            lines.append(column == last ? '\n' : '\t');
        });
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void append(StringBuilder lines, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> lines.append("\\\\");
                case '\n' -> lines.append("\\n");
                case '\r' -> lines.append("\\r");
                case '\t' -> lines.append("\\t");
                default -> lines.append(c);
            }
        }
    }
}
