package dev.evenkeel.migrations.create;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.MigrationException;
import dev.evenkeel.migrations.script.Assurances;
import dev.evenkeel.sql.SqlStatement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Holds a script against the rules. What it does to a table that it has made itself stops nobody. */
final class SafetyCheck {

    private final List<SqlStatement> statements;
    private final Set<String> assured;
    private final List<String> refusals = new ArrayList<>();
    private final List<String> remedies = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    private SafetyCheck(String script, List<SqlStatement> statements) {
        this.statements = statements;
        this.assured = Assurances.in(script);
    }

    /**
     * What is worth a look.
     *
     * @throws MigrationException when something is dangerous, with the safe way as a suggestion
     */
    static List<String> warnings(String script, List<SqlStatement> statements) {
        SafetyCheck check = new SafetyCheck(script, statements);
        check.look();
        return check.result();
    }

    private void look() {
        Set<String> made = new HashSet<>();
        for (SqlStatement statement : statements) {
            boolean own = Target.of(statement).filter(made::contains).isPresent();
            for (SafetyRule rule : SafetyRule.values()) {
                if (!own && rule.isBrokenBy(statement) && !assured.contains(rule.name())) {
                    report(rule, statement);
                }
            }
            if (SafetyRule.needsItsOwnScript(statement) && statements.size() > 1) {
                refuse(
                        statement,
                        "cannot run in a transaction, and would take the whole script out of it",
                        "put it into a script of its own");
            }
            if (statement.startsWith("create table")) {
                Target.of(statement).ifPresent(made::add);
            }
        }
        validatesAtOnce();
    }

    /** The lock of the first one would be held while the second looks at every row. */
    private void validatesAtOnce() {
        boolean adds = statements.stream().anyMatch(statement -> statement.has("not valid"));
        statements.stream()
                .filter(statement -> adds && statement.has("validate constraint"))
                .findFirst()
                .ifPresent(statement -> refuse(
                        statement,
                        "looks at every row while the lock of NOT VALID before it is held",
                        "validate in a script of its own"));
    }

    private void report(SafetyRule rule, SqlStatement statement) {
        if (rule.refuses()) {
            refuse(statement, rule.danger() + " [" + rule + "]", rule.remedy());
        } else {
            warnings.add("line %d, %s: %s: %s"
                    .formatted(statement.line(), statement.outline(), rule.danger(), rule.remedy()));
        }
    }

    private void refuse(SqlStatement statement, String danger, String remedy) {
        refusals.add("line %d (%s) %s".formatted(statement.line(), statement.outline(), danger));
        if (!remedies.contains(remedy)) {
            remedies.add(remedy);
        }
    }

    private List<String> result() {
        if (!refusals.isEmpty()) {
            throw new MigrationException(Failure.of(
                            "MIGRATION_UNSAFE", ErrorType.SCHEMA, "No file was written: " + String.join("; ", refusals))
                    .suggesting(remedies)
                    .with(Map.of("refusals", String.valueOf(refusals.size()))));
        }
        return List.copyOf(warnings);
    }

    /** The table that a statement is about. */
    private static final class Target {

        private static final Set<String> NOISE = Set.of("if", "not", "exists", "only", "unlogged");

        static Optional<String> of(SqlStatement statement) {
            List<String> words = statement.words();
            int at = statement.startsWith("create index") || statement.startsWith("create unique index")
                    ? words.indexOf("on")
                    : words.indexOf("table");
            if (at < 0) {
                return Optional.empty();
            }
            do {
                at++;
            } while (at < words.size() && NOISE.contains(words.get(at)));
            // The last part of a qualified name.
            while (at + 2 < words.size() && words.get(at + 1).equals(".")) {
                at += 2;
            }
            return at < words.size() ? Optional.of(words.get(at)) : Optional.empty();
        }
    }
}
