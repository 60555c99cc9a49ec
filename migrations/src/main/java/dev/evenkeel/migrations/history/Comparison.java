package dev.evenkeel.migrations.history;

import dev.evenkeel.migrations.SchemaFinding;
import dev.evenkeel.migrations.SchemaFinding.Kind;
import dev.evenkeel.migrations.script.Script;
import dev.evenkeel.migrations.script.Scripts;
import dev.evenkeel.migrations.script.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the history and the files say about each other. The rules are Flyway's, which checks them again before it runs anything;
 * here they cost no connection of their own and become findings with a remedy.
 *
 * @param pending in the order in which they will run
 * @param held those that a rollback keeps from running
 * @param findings what keeps the pending ones from running
 */
public record Comparison(List<Script> pending, List<Script> held, List<SchemaFinding> findings) {

    public Comparison {
        pending = List.copyOf(pending);
        held = List.copyOf(held);
        findings = List.copyOf(findings);
    }

    public static Comparison of(History history, Scripts scripts, boolean outOfOrder) {
        return new Comparing(history, scripts, outOfOrder).result();
    }

    /** The newest version that may be applied while there is a hold; empty when there is none, or nothing below it. */
    public static Optional<Version> lastBefore(Version hold, Scripts scripts) {
        return scripts.versioned().stream()
                .map(Script::version)
                .filter(Objects::nonNull)
                .filter(version -> version.compareTo(hold) < 0)
                .reduce((earlier, later) -> later);
    }

    /** The rules, one method each. */
    private static final class Comparing {

        private final History history;
        private final Scripts scripts;
        private final boolean outOfOrder;
        private final Map<Version, HistoryRow> applied = new HashMap<>();
        private final Map<String, HistoryRow> repeated = new HashMap<>();
        private final @Nullable Version newest;
        private final @Nullable Version baseline;
        private final List<Script> pending = new ArrayList<>();
        private final List<Script> held = new ArrayList<>();
        private final List<SchemaFinding> findings = new ArrayList<>();

        Comparing(History history, Scripts scripts, boolean outOfOrder) {
            this.history = history;
            this.scripts = scripts;
            this.outOfOrder = outOfOrder;
            this.newest = history.version().orElse(null);
            Version found = null;
            for (HistoryRow row : history.inForce()) {
                if (row.version() == null) {
                    repeated.put(row.description(), row);
                } else {
                    applied.put(row.version(), row);
                    found = row.type().equals("BASELINE") ? row.version() : found;
                }
            }
            this.baseline = found;
        }

        Comparison result() {
            history.inForce().forEach(this::failed);
            history.inForce().forEach(this::missing);
            scripts.versioned().forEach(this::versioned);
            scripts.repeatable().forEach(this::repeatable);
            return new Comparison(pending, held, findings);
        }

        private void failed(HistoryRow row) {
            if (!row.success()) {
                findings.add(
                        new SchemaFinding(
                                Kind.MIGRATION_FAILED,
                                row.script(),
                                "%s failed and could not be rolled back: part of it may be there"
                                        .formatted(row.script()),
                                "undo by hand what it has done, then run Flyway's repair, which takes its row out of the history"));
            }
        }

        /** A version that is newer than all files comes from a newer release of the application, which is no fault. */
        private void missing(HistoryRow row) {
            List<Script> versioned = scripts.versioned();
            Version version = row.version();
            if (version == null || !row.isScript() || !row.success()) {
                return;
            }
            boolean known = versioned.stream().anyMatch(script -> version.equals(script.version()));
            Version last = versioned.isEmpty()
                    ? null
                    : versioned.get(versioned.size() - 1).version();
            if (!known && (last == null || version.compareTo(last) < 0)) {
                findings.add(new SchemaFinding(
                        Kind.FILE_MISSING,
                        row.script(),
                        "%s was applied and is not in the locations any more".formatted(row.script()),
                        "put the file back; check migrations.locations and that the build packs the folder"));
            }
        }

        private void versioned(Script script) {
            Version version = Objects.requireNonNull(script.version());
            HistoryRow row = applied.get(version);
            if (row != null) {
                unchanged(script, row);
            } else if (baseline != null && version.compareTo(baseline) <= 0) {
                return;
            } else if (history.hold() != null && version.compareTo(history.hold()) >= 0) {
                held.add(script);
            } else if (newest != null && version.compareTo(newest) < 0 && !outOfOrder) {
                findings.add(new SchemaFinding(
                        Kind.OUT_OF_ORDER,
                        script.file().path(),
                        "%s is not applied, and older than %s, which is"
                                .formatted(script.file().path(), newest),
                        "give it a version after %s, or allow migrations.outOfOrder".formatted(newest)));
            } else {
                pending.add(script);
            }
        }

        private void unchanged(Script script, HistoryRow row) {
            Integer checksum = row.checksum();
            if (row.isScript()
                    && row.success()
                    && checksum != null
                    && checksum != script.file().checksum()) {
                findings.add(new SchemaFinding(
                        Kind.CHECKSUM_CHANGED,
                        script.file().path(),
                        "%s was edited after it had been applied (checksum %d then, %d now)"
                                .formatted(
                                        script.file().path(),
                                        checksum,
                                        script.file().checksum()),
                        "put its text back and write the change as a new migration"));
            }
        }

        private void repeatable(Script script) {
            HistoryRow row = repeated.get(script.description());
            if (row == null || !Objects.equals(row.checksum(), script.file().checksum())) {
                pending.add(script);
            }
        }
    }
}
