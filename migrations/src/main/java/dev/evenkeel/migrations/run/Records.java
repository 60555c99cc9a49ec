package dev.evenkeel.migrations.run;

import dev.evenkeel.migrations.MigrationRecord;
import dev.evenkeel.migrations.MigrationStatus;
import dev.evenkeel.migrations.flyway.FlywayEngine.FlywayState;
import dev.evenkeel.migrations.history.History;
import dev.evenkeel.migrations.history.HistoryRow;
import dev.evenkeel.migrations.script.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Joins the rows of the history, which know when and how long, with what Flyway makes of them and of the files. */
final class Records {

    private Records() {}

    /** Rows in their order, then what has none. Marks that are no migrations, such as the creation of a schema, are left out. */
    static List<MigrationRecord> of(History history, List<FlywayState> states) {
        List<MigrationRecord> records = new ArrayList<>();
        for (HistoryRow row : history.rows()) {
            states.stream()
                    .filter(state -> Objects.equals(state.rank(), row.rank()))
                    .findFirst()
                    .filter(state -> !row.type().equals("SCHEMA"))
                    .ifPresent(state -> records.add(applied(history, row, state)));
        }
        states.stream()
                .filter(state -> state.rank() == null)
                .map(Records::pending)
                .forEach(records::add);
        return List.copyOf(records);
    }

    private static MigrationRecord applied(History history, HistoryRow row, FlywayState state) {
        return new MigrationRecord(
                row.version() == null ? null : row.version().toString(),
                row.description(),
                row.installedAt(),
                row.executionTime(),
                row.checksum(),
                status(history, row),
                state.state());
    }

    private static MigrationStatus status(History history, HistoryRow row) {
        if (!row.success()) {
            return MigrationStatus.FAILED;
        }
        return history.undoOf(row).isPresent() ? MigrationStatus.ROLLED_BACK : MigrationStatus.COMPLETED;
    }

    private static MigrationRecord pending(FlywayState state) {
        String version = state.version();
        return new MigrationRecord(
                version == null ? null : Version.of(version).toString(),
                state.description(),
                null,
                null,
                state.checksum(),
                MigrationStatus.PENDING,
                state.state());
    }
}
