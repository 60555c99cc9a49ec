package dev.evenkeel.migrations.history;

import dev.evenkeel.migrations.script.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A row of Flyway's history.
 *
 * @param rank in which order rows were written
 * @param version {@code null} for repeatable scripts and for marks such as the creation of a schema
 * @param type as Flyway names it: {@code SQL}, {@code BASELINE}, {@code DELETE}...
 * @param installedAt taken for UTC
 */
public record HistoryRow(
        int rank,
        @Nullable Version version,
        String description,
        String type,
        String script,
        @Nullable Integer checksum,
        Instant installedAt,
        Duration executionTime,
        boolean success) {

    /** What {@link #of} reads, in its order. Everything is text, so that both drivers read it alike. */
    static final String COLUMNS = "installed_rank::text, version, description, type, script, checksum::text,"
            + " (extract(epoch from installed_on at time zone 'UTC') * 1000000)::bigint::text, execution_time::text,"
            + " success::text";

    private static final String DELETE = "DELETE";
    private static final long MICROS = 1_000_000;

    /** Reads a row whose columns are asked for by their number, from 0. */
    public static HistoryRow of(IntFunction<@Nullable String> column) {
        String version = column.apply(1);
        String checksum = column.apply(5);
        long micros = Long.parseLong(required(column, 6));
        return new HistoryRow(
                Integer.parseInt(required(column, 0)),
                version == null ? null : Version.of(version),
                required(column, 2),
                required(column, 3),
                required(column, 4),
                checksum == null ? null : Integer.valueOf(checksum),
                Instant.ofEpochSecond(Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1_000L),
                Duration.ofMillis(Long.parseLong(required(column, 7))),
                required(column, 8).equals("true"));
    }

    private static String required(IntFunction<@Nullable String> column, int number) {
        return Objects.requireNonNull(column.apply(number), "a column of the history is null");
    }

    /** Whether it takes an earlier row of the same version out of force. */
    boolean isDelete() {
        return type.equals(DELETE) && success;
    }

    /** Whether a rollback wrote it, and not Flyway's {@code repair}, which repeats the name of the script that is missing. */
    boolean isUndo() {
        return isDelete() && script.substring(script.lastIndexOf('/') + 1).startsWith("U");
    }

    /** Whether a file stands behind it. */
    public boolean isScript() {
        return type.equals("SQL");
    }
}
