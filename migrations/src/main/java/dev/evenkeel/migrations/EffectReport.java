package dev.evenkeel.migrations;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the pending migrations do to the tables that are in use: measured while they ran where it did not matter. Immutable.
 *
 * @param statements in the order in which they ran
 * @param untried scripts that could not be tried, because they do not run in a transaction; none on a scratch database
 */
public record EffectReport(List<StatementEffect> statements, List<String> untried) {

    private static final int MOST_IN_A_MESSAGE = 10;

    public EffectReport {
        statements = List.copyOf(statements);
        untried = List.copyOf(untried);
    }

    /** A statement that does what a policy forbids. */
    public record Violation(EffectPolicy policy, StatementEffect statement, TableEffect table) {

        @Override
        public String toString() {
            return "%s, statement %d (%s): %s %s [%s]"
                    .formatted(
                            statement.script(),
                            statement.number(),
                            statement.outline(),
                            table.table(),
                            policy.danger(),
                            policy.rule());
        }
    }

    /** What is against these policies, and not assured. */
    public List<Violation> violations(Set<EffectPolicy> policies) {
        return statements.stream()
                .flatMap(statement -> statement.tables().stream()
                        .flatMap(table -> policies.stream()
                                .filter(policy -> policy.isBrokenBy(table))
                                .filter(policy -> !statement.assured().contains(policy.rule()))
                                .map(policy -> new Violation(policy, statement, table))))
                .toList();
    }

    /**
     * Returns this report if nothing is against the policies; for a test or a release pipeline.
     *
     * @throws MigrationException otherwise, with the code {@code EFFECT_REFUSED}
     */
    public EffectReport require(EffectPolicy first, EffectPolicy... others) {
        List<Violation> violations = violations(EnumSet.of(first, others));
        if (!violations.isEmpty()) {
            String more = violations.size() <= MOST_IN_A_MESSAGE
                    ? ""
                    : "; and %d more".formatted(violations.size() - MOST_IN_A_MESSAGE);
            throw new MigrationException(Failure.of(
                            "EFFECT_REFUSED",
                            ErrorType.SCHEMA,
                            violations.stream()
                                            .limit(MOST_IN_A_MESSAGE)
                                            .map(Violation::toString)
                                            .collect(Collectors.joining("; "))
                                    + more)
                    .suggesting(Stream.concat(
                                    violations.stream().map(it -> it.policy().remedy()),
                                    Stream.of("if it is meant, write into the script: -- evenkeel: assured "
                                            + violations.get(0).policy().rule() + " <reason>"))
                            .distinct()
                            .toList())
                    .with(Map.of("violations", String.valueOf(violations.size()))));
        }
        return this;
    }
}
