package dev.evenkeel.migrations;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far a {@link Backfill} has come. Immutable.
 *
 * @param name of the backfill
 * @param lookedAt rows whose turn it was, by all runs and instances together
 * @param changed those of them that were changed
 * @param estimate rows of the table as the server estimates them; 0 when it was never analyzed
 * @param batchSize rows of the next batch
 * @param elapsed since this run began
 * @param pause why it waits longer than the duty cycle asks for, in words; {@code null} when it does not
 * @param done whether all rows have had their turn; then this is the last value
 */
public record BackfillProgress(
        String name,
        long lookedAt,
        long changed,
        long estimate,
        int batchSize,
        Duration elapsed,
        @Nullable String pause,
        boolean done) {}
