package dev.evenkeel.spring.page;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a table shows. Immutable.
 *
 * @param rows records whose components are the columns
 * @param note a sentence about what is not there, and why; {@code null} when there is nothing to say
 */
public record Rows(List<?> rows, @Nullable String note) {

    public Rows {
        rows = List.copyOf(rows);
    }

    public static Rows of(List<?> rows) {
        return new Rows(rows, null);
    }

    public static Rows none(String note) {
        return new Rows(List.of(), note);
    }
}
