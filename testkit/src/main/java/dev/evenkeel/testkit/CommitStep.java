package dev.evenkeel.testkit;

/** What a message of the client does for a COMMIT. */
enum CommitStep {
    /** Nothing. */
    NONE,
    /** Parses it, or binds it to a portal. */
    PREPARES,
    /** Runs it. */
    RUNS
}
