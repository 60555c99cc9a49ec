package dev.evenkeel.migrations.undo;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.history.HistoryRow;
import dev.evenkeel.migrations.schema.Fingerprint;
import dev.evenkeel.migrations.schema.Snapshots;
import dev.evenkeel.migrations.script.ScriptFile;
import dev.evenkeel.migrations.script.Scripts;
import dev.evenkeel.migrations.script.Version;
import dev.evenkeel.migrations.session.MigrationSession;
import dev.evenkeel.sql.SqlStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Finds the undo of a version: the script that somebody wrote, or else what is known about how the schema looked. */
final class Undos {

    private final MigrationSession session;
    private final Snapshots snapshots;
    private final Scripts scripts;
    private final MigrationConfig config;

    Undos(MigrationSession session, Scripts scripts, MigrationConfig config) {
        this.session = session;
        this.snapshots = new Snapshots(session);
        this.scripts = scripts;
        this.config = config;
    }

    Optional<? extends Undo> undoOf(HistoryRow applied, List<HistoryRow> remaining) throws SQLException {
        Version version = applied.version();
        if (version == null) {
            return Optional.empty();
        }
        Optional<UndoScript> written = UndoScript.of(version, scripts, config.placeholders());
        return written.isPresent() ? written : derived(version, applied, remaining);
    }

    /** Only from the two snapshots right before and behind it: nothing else may have come in between. */
    private Optional<DerivedUndo> derived(Version version, HistoryRow applied, List<HistoryRow> remaining)
            throws SQLException {
        boolean last = remaining.stream().allMatch(row -> row.rank() < applied.rank());
        ScriptFile file = scripts.byPath().get(applied.script());
        if (!last || file == null || !snapshots.exist() || isContractedSince(applied)) {
            return Optional.empty();
        }
        Optional<Fingerprint> before = snapshots.after(UndoPlan.head(remaining));
        Optional<Fingerprint> after = snapshots.after(applied.script());
        if (before.isEmpty() || after.isEmpty()) {
            return Optional.empty();
        }
        RowChanges.in(SqlStatement.split(file.content())).ifPresent(statement -> {
            throw new MigrationException(Failure.of(
                    "UNDO_NOT_PROVEN",
                    ErrorType.SCHEMA,
                    "%s has no undo script, and none can be derived: its statement at line %d (%s) may change rows, of which the"
                                    .formatted(applied.script(), statement.line(), statement.outline())
                            + " catalog shows nothing; nothing was undone",
                    "write U%s__<name>.sql into migrations.undoLocations".formatted(version)));
        });
        return Optional.of(new DerivedUndo(version, before.get(), after.get()));
    }

    /** Then the snapshot before it has what a contract script has removed, which must not come back. */
    private boolean isContractedSince(HistoryRow applied) throws SQLException {
        return session.contracts().rows().stream()
                .anyMatch(row -> row.isScript() && !row.installedAt().isBefore(applied.installedAt()));
    }
}
