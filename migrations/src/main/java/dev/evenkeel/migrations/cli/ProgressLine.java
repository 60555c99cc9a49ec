package dev.evenkeel.migrations.cli;

import dev.evenkeel.migrations.Blocker;
import dev.evenkeel.migrations.MigrationEvent;
import dev.evenkeel.migrations.MigrationEvent.CheckPassed;
import dev.evenkeel.migrations.MigrationEvent.InstancesAwaited;
import dev.evenkeel.migrations.MigrationEvent.InvalidIndexDropped;
import dev.evenkeel.migrations.MigrationEvent.LockAwaited;
import dev.evenkeel.migrations.MigrationEvent.LockRefused;
import dev.evenkeel.migrations.MigrationEvent.MigrationApplied;
import dev.evenkeel.migrations.MigrationEvent.MigrationStarted;
import dev.evenkeel.migrations.MigrationEvent.MigrationUndone;
import dev.evenkeel.migrations.MigrationEvent.MigrationsPlanned;
import dev.evenkeel.migrations.MigrationEvent.SchemaChanged;
import dev.evenkeel.migrations.MigrationEvent.SchemaFound;
import dev.evenkeel.migrations.MigrationEvent.StatementContinued;
import dev.evenkeel.migrations.MigrationEvent.UndoDerived;
import dev.evenkeel.migrations.MigrationEvent.UndoStarted;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Tells how far a migration is: on a terminal what goes on in a line that is drawn again, and what is done above it; elsewhere a
 * line each.
 */
final class ProgressLine {

    private static final int WIDTH = 20;
    private static final String ERASE = "\r\u001b[K";

    private final PrintWriter out;
    private final boolean terminal;
    private int planned;
    private int done;
    private boolean drawn;

    ProgressLine(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    void show(MigrationEvent event) {
        count(event);
        String words = words(event);
        if (terminal && isPassing(event)) {
            out.print(ERASE + bar() + words);
            drawn = true;
        } else {
            end();
            out.println(words);
        }
        out.flush();
    }

    /** Leaves no half line behind. */
    void end() {
        if (drawn) {
            out.print(ERASE);
            drawn = false;
        }
    }

    private void count(MigrationEvent event) {
        if (event instanceof MigrationsPlanned plan) {
            planned = plan.scripts().size();
        } else if (event instanceof MigrationApplied) {
            done++;
        }
    }

    private static boolean isPassing(MigrationEvent event) {
        return event instanceof MigrationStarted
                || event instanceof StatementContinued
                || event instanceof LockAwaited
                || event instanceof InstancesAwaited;
    }

    private String bar() {
        if (planned == 0) {
            return "";
        }
        int full = WIDTH * done / planned;
        return "[%s%s] %d/%d ".formatted("#".repeat(full), ".".repeat(WIDTH - full), done, planned);
    }

    private static String words(MigrationEvent event) {
        if (event instanceof MigrationsPlanned plan) {
            return plan.scripts().size() + " scripts to apply";
        } else if (event instanceof MigrationStarted started) {
            return started.script() + (started.transactional() ? "" : ", not in a transaction");
        } else if (event instanceof StatementContinued at) {
            return "%s, statement %d (%s), %s%s"
                    .formatted(at.script(), at.number(), at.outline(), time(at.elapsed()), waits(at.blockers()));
        } else if (event instanceof LockAwaited lock) {
            return "another instance is migrating, %s: %s".formatted(time(lock.waited()), lock.holder());
        } else if (event instanceof InstancesAwaited old) {
            return "%s waits for %d older instances, %s"
                    .formatted(old.script(), old.instances().size(), time(old.waited()));
        } else if (event instanceof LockRefused refused) {
            return "%s gave way%s: again in %s"
                    .formatted(refused.script(), waits(refused.blockers()), time(refused.pause()));
        } else if (event instanceof MigrationApplied applied) {
            return "%s applied in %s".formatted(applied.script(), time(applied.elapsed()));
        } else if (event instanceof MigrationUndone undone) {
            return "%s undone by %s in %s".formatted(undone.version(), undone.script(), time(undone.elapsed()));
        } else if (event instanceof CheckPassed check) {
            return "%s: %s finds nothing wrong".formatted(check.script(), check.check());
        } else if (event instanceof InvalidIndexDropped index) {
            return "%s: the invalid index %s was dropped".formatted(index.script(), index.index());
        } else if (event instanceof UndoStarted started) {
            return "%s is undone by %s".formatted(started.version(), started.script());
        } else if (event instanceof UndoDerived derived) {
            return "%s is undone by: %s".formatted(derived.version(), String.join("; ", derived.outlines()));
        } else if (event instanceof SchemaFound found) {
            return "nothing to do: the schema is at %s%s"
                    .formatted(
                            version(found.version()),
                            found.held().isEmpty() ? "" : ", on hold: " + String.join(", ", found.held()));
        } else if (event instanceof SchemaChanged changed) {
            return "%d scripts in %s: the schema is at %s"
                    .formatted(changed.scripts(), time(changed.elapsed()), version(changed.version()));
        }
        return event.toString();
    }

    private static String version(@org.jspecify.annotations.Nullable String version) {
        return version == null ? "no version" : "version " + version;
    }

    private static String waits(List<Blocker> blockers) {
        return blockers.isEmpty()
                ? ""
                : ", waits for " + blockers.stream().map(Blocker::toString).collect(Collectors.joining(", "));
    }

    private static String time(Duration duration) {
        return duration.toSeconds() >= 10 ? duration.toSeconds() + " s" : "%d ms".formatted(duration.toMillis());
    }
}
