package dev.evenkeel.migrations;

/** How a migration stands in the database. */
public enum MigrationStatus {
    /** Not applied: it is next, waits for a {@linkplain MigrationManager#release release}, or was passed over. */
    PENDING,
    /** Applied and in force. */
    COMPLETED,
    /** It failed in a way that could not be rolled back: part of it may be there. */
    FAILED,
    /** It was applied and has been undone. */
    ROLLED_BACK
}
