package dev.evenkeel.monitoring.alert;

/** What has happened since the beginning, or during a stretch of time. Immutable. */
record Counts(
        long calls,
        long failed,
        long refused,
        long retries,
        long unknownCommits,
        long lostCommits,
        long failovers,
        long failedMigrations) {

    static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0);

    Counts minus(Counts before) {
        return new Counts(
                calls - before.calls,
                failed - before.failed,
                refused - before.refused,
                retries - before.retries,
                unknownCommits - before.unknownCommits,
                lostCommits - before.lostCommits,
                failovers - before.failovers,
                failedMigrations - before.failedMigrations);
    }
}
