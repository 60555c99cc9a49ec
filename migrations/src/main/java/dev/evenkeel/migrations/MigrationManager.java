package dev.evenkeel.migrations;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.migrations.run.Migrations;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Migrates the schema of a database, takes migrations back, and tells how the schema is. Flyway does the work, so every Flyway
 * client reads the same history; where the database is, TLS and credentials come from the {@link ReactiveDatabaseManager}.
 * Thread-safe; any number of instances may migrate at once.
 *
 * <p>Nothing happens before a returned publisher is subscribed, and everything happens again at each subscription. Scripts
 * run on a thread and a connection of their own, which end with the publisher. Cancelling stops the running statement on the
 * server and rolls its script back. Errors are {@link dev.evenkeel.error.DatabaseException}s:
 * {@link dev.evenkeel.error.MigrationException} says which script and statement stopped.
 *
 * <p>The connection must reach the server itself: the lock that keeps instances apart is one of the session, which a pooler in
 * transaction mode does not keep.
 */
public interface MigrationManager {

    /** {@link #of(ReactiveDatabaseManager, MigrationConfig)} with {@link MigrationConfig#defaults()}. */
    static MigrationManager of(ReactiveDatabaseManager database) {
        return of(database, MigrationConfig.defaults());
    }

    /** A manager for the schema of this database. From now on its health snapshots tell how the schema is. */
    static MigrationManager of(ReactiveDatabaseManager database, MigrationConfig config) {
        return Migrations.of(database, config);
    }

    /**
     * Applies all pending scripts and emits what happens. Waits for another instance that migrates. Asks the database for two
     * or three things only, and starts no Flyway, when nothing is pending.
     *
     * @return events, the last of which is {@link MigrationEvent.SchemaFound} or {@link MigrationEvent.SchemaChanged}; never
     *     empty. After an error what was applied stays applied; of the script that failed nothing is there, unless it does not
     *     run in a transaction
     */
    Flux<MigrationEvent> runMigrations();

    /**
     * Makes this instance known to the database for as long as it is subscribed, so that {@link #contract()} does not remove what
     * it needs: all that versions up to the newest of its own {@linkplain MigrationConfig#locations() scripts} have left. Every
     * instance should, from {@link #runMigrations()} until it has served its last request; one that does not is not waited for.
     *
     * <p>It takes a session and a thread of its own. When the session is lost, or another server becomes the primary, it joins
     * again by itself, as often as needed. Cancelling ends the session and leaves nothing behind; while there is no session its row
     * stays until the next contract script. Cancel it before the manager is shut down.
     *
     * @return itself, each time that it has joined; never completes. It is an error when it cannot join for the first time, when
     *     the manager is shut down, and when a contract script has removed what this instance needs ({@code SCHEMA_CONTRACTED}):
     *     then it must not go on
     */
    Flux<Membership> join();

    /**
     * Runs the pending scripts of the {@linkplain MigrationConfig#contractLocations() contract folder}, which remove what the
     * migrations up to the same version have replaced: {@code V7__drop_old_name.sql} runs once version 7 is applied and no instance
     * is left whose newest migration is older. Nothing else runs them. They have a history of their own, in
     * {@code evenkeel_contract_history}.
     *
     * <p>An instance that is alive is waited for, {@link MigrationConfig#contractWait()} at most. One whose session is gone is given
     * {@link MigrationConfig#fenceGrace()} to come back. Afterwards no instance that is older than the script can join or migrate.
     * Migrations may run while this waits.
     *
     * <p>What a contract script removes cannot be brought back: there is no undo for it, and {@link #rollbackMigration} refuses the
     * versions that were contracted. On a new database all migrations run before all contract scripts, so a migration must not use
     * a name again that an earlier contract script removes.
     *
     * @return events, as those of {@link #runMigrations()}, in whose last one the version is that of the newest contract script.
     *     {@code CONTRACT_FENCED} when an old instance did not leave in time: scripts before stay applied
     */
    Flux<MigrationEvent> contract();

    /**
     * Runs the pending scripts where it does not matter, and reports the locks, rewrites and scans of each statement. In a test
     * or a release pipeline: {@code effects(Rehearsal.onScratch()).block().require(EffectPolicy.FAIL_ON_REWRITE)}.
     *
     * @return the report; empty of statements when nothing is pending. It is an error when a script fails
     */
    Mono<EffectReport> effects(Rehearsal how);

    /**
     * Compares files, history and live schema, without changing anything.
     *
     * @return what was found; faults are findings, not errors
     */
    Mono<SchemaValidation> validateSchema();

    /**
     * Undoes every applied version from {@code version} on, the newest first, by the scripts {@code U<version>__<name>.sql}.
     * Where there is none, the undo is derived from the catalog, if the version changed no rows and removed nothing with data
     * in it; it counts only if the schema looks exactly as it did before that version. Data that came since into what the
     * version added is lost with it, as by an undo script. All of it and the history are one transaction, unless one of the scripts cannot run in any: then each is one of its own.
     * The versions from this one on are then on hold: {@link #runMigrations()} does not apply them again before
     * {@link #release}.
     *
     * @return events, ending in {@link MigrationEvent.SchemaChanged}. It is an error, and nothing is undone, when that version
     *     is not applied or one of the scripts is missing and cannot be
     *     derived
     */
    Flux<MigrationEvent> rollbackMigration(String version);

    /**
     * Ends the hold of a rollback, so that the next {@link #runMigrations()} applies these versions again.
     *
     * @return whether there was a hold
     */
    Mono<Boolean> release();

    /**
     * {@link #createMigration(String, String, String)} without the undo: its file refuses to run until somebody has written it.
     */
    Mono<CreatedMigration> createMigration(String name, String sql);

    /**
     * Writes a script with the next version, and one that undoes it, into the {@linkplain MigrationConfig#sources() sources}.
     *
     * @param name what the migration does, in a few words
     * @return the files; an error, and no file, when a statement would stop the traffic: it names the safe way. A comment
     *     {@code -- evenkeel: assured <rule> <reason>} in the script lets it through
     */
    Mono<CreatedMigration> createMigration(String name, String sql, String undoSql);

    /** What was applied, in its order, and then what is pending. */
    Flux<MigrationRecord> getMigrationHistory();

    /**
     * Changes the rows of a table in small batches beside the traffic. Each batch is one transaction together with the place
     * that it has reached, so every row has its turn once, whatever ends a run: a later one goes on where that stopped, and
     * several instances at once share the work and the pauses. Users' locks are waited for without a limit; who wants one
     * cancels. Cancelling rolls the running batch back. A slow subscriber delays the next batch.
     *
     * @return the progress after each batch and at each pause that has a reason, ending in one that is done; only that one when
     *     it was done before. An error is {@link dev.evenkeel.error.MigrationException}, or says that the database cannot be
     *     reached; the batches before it stay
     */
    Flux<BackfillProgress> backfill(Backfill backfill);
}
