package dev.evenkeel.migrations.backfill;

import io.r2dbc.spi.Row;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the row of a backfill says at one moment.
 *
 * @param cursor the last key that had its turn, as text; {@code null} before the first batch
 * @param rest what is left of the pause
 */
record Standing(@Nullable String cursor, long lookedAt, long changed, boolean done, Duration rest) {

    static Standing of(Row row) {
        return new Standing(
                row.get(0, String.class),
                number(row, 1),
                number(row, 2),
                Boolean.TRUE.equals(row.get(3, Boolean.class)),
                Duration.ofMillis(number(row, 4)));
    }

    private static long number(Row row, int column) {
        return Objects.requireNonNull(row.get(column, Long.class));
    }
}
