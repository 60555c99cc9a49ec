package dev.evenkeel.migrations.backfill;

/** Where a run works, and where it remembers. */
record Plan(Target target, BackfillTable table) {}
