package dev.evenkeel.migrations;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One line of the history of a schema: a migration that was applied, or one that is still to come. Immutable.
 *
 * @param version {@code null} for a repeatable migration
 * @param name the description in its file name
 * @param executedAt when it was applied; {@code null} while pending. Rows that other Flyway clients wrote are taken for UTC:
 *     the table does not say in which zone they were
 * @param executionTime how long it took; {@code null} while pending
 * @param checksum Flyway's checksum of the script; {@code null} where it has none
 * @param status its state in one of four words
 * @param flywayState its state as Flyway itself names it, such as {@code SUCCESS}, {@code OUT_OF_ORDER} or {@code ABOVE_TARGET}
 */
public record MigrationRecord(
        @Nullable String version,
        String name,
        @Nullable Instant executedAt,
        @Nullable Duration executionTime,
        @Nullable Integer checksum,
        MigrationStatus status,
        String flywayState) {}
