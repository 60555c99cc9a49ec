package dev.evenkeel.spring.page.migrations;

import dev.evenkeel.migrations.MigrationRecord;
import org.jspecify.annotations.Nullable;

/**
 * A line of the history of the schema. Immutable.
 *
 * @param version {@code null} for a repeatable migration
 * @param t when it was applied, in milliseconds since 1970; {@code null} while pending
 * @param took milliseconds; {@code null} while pending
 */
record MigrationRow(
        @Nullable String version,
        String name,
        String status,
        @Nullable Long t,
        @Nullable Long took) {

    static MigrationRow of(MigrationRecord migration) {
        return new MigrationRow(
                migration.version(),
                migration.name(),
                migration.status().name(),
                migration.executedAt() == null ? null : migration.executedAt().toEpochMilli(),
                migration.executionTime() == null
                        ? null
                        : migration.executionTime().toMillis());
    }
}
