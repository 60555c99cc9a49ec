package dev.evenkeel.migrations.backfill;

/**
 * Where a run works, and where it remembers.
 *
 * @param found how far earlier runs had come
 */
record Plan(Target target, BackfillTable table, Standing found) {}
