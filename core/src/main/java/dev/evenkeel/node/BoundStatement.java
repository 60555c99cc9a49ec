package dev.evenkeel.node;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement and a value for each of its parameters. */
public record BoundStatement(String sql, List<@Nullable Object> values) {

    /** Values are nobody's business. */
    @Override
    public String toString() {
        return "%s with %d values".formatted(sql, values.size());
    }
}
