package dev.evenkeel.migrations;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What one statement of a migration does. Immutable. It has no literal of the statement in it.
 *
 * @param number of the statement in its script, from 1
 * @param outline its beginning, without literals
 * @param transactional whether its script runs in a transaction. If not, its locks cannot be seen when it has ended, and are
 *     those that the manual of PostgreSQL names; the rest is measured all the same
 * @param elapsed in the rehearsal
 * @param tables those that were there before the script, by name; what a script makes itself stops nobody
 * @param assured names of policies, without {@code FAIL_ON_}, that the script is let through
 */
public record StatementEffect(
        String script,
        int number,
        String outline,
        boolean transactional,
        Duration elapsed,
        List<TableEffect> tables,
        Set<String> assured) {

    public StatementEffect {
        tables = List.copyOf(tables);
        assured = Set.copyOf(assured);
    }
}
