package dev.evenkeel.migrations;

import java.time.Duration;

/**
 * A session in whose way a migration is, or the other way round: it holds the lock that the migration waits for.
 *
 * @param pid its process on the server
 * @param application what it calls itself
 * @param state as {@code pg_stat_activity} says: {@code active}, {@code idle in transaction}
 * @param transactionAge how long its transaction has been open
 */
public record Blocker(int pid, String application, String state, Duration transactionAge) {

    @Override
    public String toString() {
        return "%s (pid %d, %s, in a transaction for %d ms)"
                .formatted(application, pid, state, transactionAge.toMillis());
    }
}
