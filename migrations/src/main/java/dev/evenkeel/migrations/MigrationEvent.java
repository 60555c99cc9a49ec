package dev.evenkeel.migrations;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has happened while a schema was migrated or taken back, in its order. The last one of a stream that completes is a
 * {@link SchemaFound} or a {@link SchemaChanged}; a stream that ends in an error stopped at the last {@link MigrationStarted}
 * or {@link UndoStarted}. Immutable. No event has a literal of a statement in it.
 */
public sealed interface MigrationEvent {

    /**
     * Another instance is migrating; told about once a second.
     *
     * @param holder who that is, as {@code pg_stat_activity} shows it
     * @param waited since the first attempt
     */
    record LockAwaited(String holder, Duration waited) implements MigrationEvent {}

    /**
     * A contract script has to wait, because there are instances that need what it removes; told about once a second.
     *
     * @param instances that are alive, or may be coming back after their session was lost
     * @param waited since the first look
     */
    record InstancesAwaited(String script, List<Membership> instances, Duration waited) implements MigrationEvent {

        public InstancesAwaited {
            instances = List.copyOf(instances);
        }
    }

    /**
     * There was nothing to do.
     *
     * @param version the newest that is applied; {@code null} when none is
     * @param held versions that are not applied because they were taken back and not released since
     */
    record SchemaFound(@Nullable String version, List<String> held) implements MigrationEvent {

        public SchemaFound {
            held = List.copyOf(held);
        }
    }

    /** These scripts are about to run, in this order. */
    record MigrationsPlanned(List<String> scripts) implements MigrationEvent {

        public MigrationsPlanned {
            scripts = List.copyOf(scripts);
        }
    }

    /**
     * A script has begun.
     *
     * @param transactional whether it is undone as a whole when it fails
     */
    record MigrationStarted(String script, boolean transactional) implements MigrationEvent {}

    /**
     * A statement goes on, or waits: told at each heartbeat, and at once when it waits for somebody.
     *
     * @param number of the statement in its script, from 1
     * @param outline its beginning, without literals
     * @param elapsed since it began
     * @param blockers who holds the lock that it waits for; empty when it works
     */
    record StatementContinued(String script, int number, String outline, Duration elapsed, List<Blocker> blockers)
            implements MigrationEvent {

        public StatementContinued {
            blockers = List.copyOf(blockers);
        }
    }

    /**
     * A lock was not free in time. The script was rolled back, so that nobody waits behind it, and runs again.
     *
     * @param attempt that failed, from 1
     * @param pause until the next one
     * @param blockers who held the lock, as far as they were seen
     */
    record LockRefused(String script, int attempt, Duration pause, List<Blocker> blockers) implements MigrationEvent {

        public LockRefused {
            blockers = List.copyOf(blockers);
        }
    }

    /** No query of this file found a row that is wrong. */
    record CheckPassed(String script, String check, Duration elapsed) implements MigrationEvent {}

    /**
     * A concurrent build had left an invalid index behind: it served no reads, and would have been taken for a good one.
     *
     * @param script that builds it anew, or whose build has just failed
     */
    record InvalidIndexDropped(String script, String index) implements MigrationEvent {}

    /** A script is applied: it and its row in the history are committed. */
    record MigrationApplied(String script, Duration elapsed) implements MigrationEvent {}

    /** The undo of this version has begun. */
    record UndoStarted(String version, String script) implements MigrationEvent {}

    /**
     * A version without an undo script was taken back by these statements, and the schema looks as it did before it.
     *
     * @param outlines of the statements, in their order, without literals
     */
    record UndoDerived(String version, List<String> outlines) implements MigrationEvent {

        public UndoDerived {
            outlines = List.copyOf(outlines);
        }
    }

    /**
     * A version is undone. Durable with the next {@link SchemaChanged}, or at once when the script cannot run in a transaction.
     *
     * @param differences what is not as it was before the version was applied; empty when all is, {@code null} when that is
     *     not known because another client applied it
     */
    record MigrationUndone(
            String version,
            String script,
            Duration elapsed,
            @Nullable List<SchemaDifference> differences) implements MigrationEvent {}

    /**
     * Everything is done and committed.
     *
     * @param version the newest that is applied now; {@code null} when none is
     * @param scripts how many ran
     */
    record SchemaChanged(@Nullable String version, int scripts, Duration elapsed) implements MigrationEvent {}
}
