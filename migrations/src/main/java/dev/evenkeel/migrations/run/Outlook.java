package dev.evenkeel.migrations.run;

import dev.evenkeel.migrations.MigrationConfig;
import dev.evenkeel.migrations.MigrationEvent.SchemaFound;
import dev.evenkeel.migrations.history.Comparison;
import dev.evenkeel.migrations.history.History;
import dev.evenkeel.migrations.script.Script;
import dev.evenkeel.migrations.script.Scripts;
import dev.evenkeel.migrations.script.Version;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a migration would do now.
 *
 * @param target the newest version that may be applied; {@code null} for no bound
 * @param always whether there is something to run although nothing is pending
 */
record Outlook(
        History history, Comparison comparison, @Nullable Version target, boolean always) {

    static Outlook of(History history, Scripts scripts, MigrationConfig config) {
        Comparison comparison = Comparison.of(history, scripts, config.outOfOrder());
        Version hold = history.hold();
        Version target =
                hold == null ? null : Comparison.lastBefore(hold, scripts).orElse(null);
        boolean everythingHeld = hold != null && target == null;
        return new Outlook(history, comparison, target, scripts.hasCallbacks() && !everythingHeld);
    }

    /** Throws what is in the way. */
    void refuse() {
        Refusal.of(comparison.findings()).ifPresent(error -> {
            throw error;
        });
    }

    /** Nothing below a hold that covers everything; repeatable scripts wait, too. */
    boolean isNothingToDo() {
        boolean everythingHeld = history.hold() != null && target == null;
        return everythingHeld || (comparison.pending().isEmpty() && !always);
    }

    List<String> pendingScripts() {
        return comparison.pending().stream().map(script -> script.file().path()).toList();
    }

    SchemaFound found() {
        return new SchemaFound(
                history.version().map(Version::toString).orElse(null),
                comparison.held().stream()
                        .map(Script::version)
                        .filter(Objects::nonNull)
                        .map(Version::toString)
                        .toList());
    }
}
