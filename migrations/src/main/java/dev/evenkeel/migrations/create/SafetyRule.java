package dev.evenkeel.migrations.create;

import dev.evenkeel.migrations.script.Transactions;
import dev.evenkeel.sql.SqlStatement;
import java.util.List;
import java.util.function.Predicate;

/**
 * Something that a statement must not do while there is traffic: block it, fail on a table that is not empty, or break the
 * instances of the application that still run. What each does to its table was measured on PostgreSQL 15 and 18. The rules look
 * at keywords, and not into strings, so they cannot see what a function or a {@code do} block does.
 */
enum SafetyRule {
    INDEX(
            true,
            rule -> startsWith(rule, "create index", "create unique index") && !rule.has("concurrently"),
            "blocks all writes to its table until the index is built",
            "create index concurrently ..., in a script of its own"),
    INDEX_LEFTOVER(
            false,
            rule -> startsWith(rule, "create index concurrently", "create unique index concurrently")
                    && rule.has("if not exists"),
            "takes an invalid index that a failed build has left behind for a good one, if another Flyway client runs it",
            "leave IF NOT EXISTS out"),
    DROP_INDEX(
            true,
            rule -> rule.startsWith("drop index") && !rule.has("concurrently"),
            "blocks all reads and writes of its table, and waits for all that run",
            "drop index concurrently ..., in a script of its own"),
    REINDEX(
            true,
            rule -> rule.startsWith("reindex") && !rule.has("concurrently"),
            "blocks all writes to its table",
            "reindex index concurrently ..., in a script of its own"),
    DETACH(
            true,
            rule -> altersTable(rule) && rule.has("detach partition") && !rule.has("concurrently"),
            "blocks all reads and writes of the partitioned table",
            "detach partition ... concurrently, in a script of its own"),
    FOREIGN_KEY(
            true,
            rule -> altersTable(rule) && rule.has("foreign key") && !rule.has("not valid"),
            "blocks writes to both tables while it looks at every row",
            "add the constraint NOT VALID, and VALIDATE CONSTRAINT in a later script"),
    CHECK(
            true,
            rule -> altersTable(rule) && rule.has("check (") && !rule.has("not valid"),
            "blocks all reads and writes while it looks at every row",
            "add the constraint NOT VALID, and VALIDATE CONSTRAINT in a later script"),
    NOT_NULL(
            true,
            rule -> altersTable(rule) && rule.has("set not null"),
            "blocks all reads and writes while it looks at every row",
            "add CHECK (column IS NOT NULL) NOT VALID, validate it in a second script, SET NOT NULL and drop the check in a third,"
                    + " which then looks at no row; with this comment: -- evenkeel: assured NOT_NULL <reason>"),
    UNIQUE(
            true,
            rule -> altersTable(rule)
                    && rule.has("add")
                    && (rule.has("unique") || rule.has("primary key"))
                    && !rule.has("using index"),
            "blocks all reads and writes while it builds an index",
            "create unique index concurrently ..., then add the constraint USING INDEX in a later script"),
    EXCLUDE(
            false,
            rule -> altersTable(rule) && rule.has("exclude"),
            "blocks all reads and writes while it builds an index, and there is no other way",
            "do it while there is no traffic"),
    COLUMN_TYPE(
            true,
            rule -> altersTable(rule) && rule.has("alter column") && rule.has("type"),
            "may write the whole table anew while nobody can read it",
            "add a second column, fill it in batches, and change over; if only a length or precision grows:"
                    + " -- evenkeel: assured COLUMN_TYPE <reason>"),
    COLUMN_VALUES(
            true,
            SafetyRule::computesValues,
            "writes the whole table anew while nobody can read it",
            "add the column without it, fill it in batches, and set the default"),
    COLUMN_REQUIRED(
            true,
            rule -> addsColumn(rule) && rule.has("not null") && !rule.has("default") && !generates(rule),
            "fails as soon as the table has a row",
            "add the column with a constant default, or without NOT NULL"),
    DROP(
            true,
            rule -> rule.startsWith("drop table") || (altersTable(rule) && rule.has("drop column")),
            "breaks the instances that still use it",
            "do it when no instance of the old version runs any more, and say so: -- evenkeel: assured DROP <reason>"),
    RENAME(
            true,
            rule -> rule.startsWith("alter") && rule.has("rename"),
            "breaks the instances that know the old name",
            "add the new one beside it, change over, and drop the old one later"),
    CASCADE(
            true,
            rule -> (rule.startsWith("drop") || rule.startsWith("truncate")) && rule.has("cascade"),
            "takes along whatever depends on it",
            "name what is to go, one by one"),
    REWRITE(
            true,
            rule -> rule.startsWith("vacuum full") || rule.startsWith("cluster"),
            "writes the whole table anew while nobody can read it",
            "pg_repack does it beside the traffic"),
    MASS_CHANGE(
            false,
            rule -> rule.startsWith("update") || rule.startsWith("delete"),
            "may lock many rows until the end of the script",
            "change them in batches, outside migrations"),
    PARTITION(
            false,
            rule -> rule.startsWith("create table") && rule.has("partition of"),
            "blocks all reads and writes of the partitioned table for a moment",
            "create the table by itself, and ATTACH PARTITION");

    /** Values that are the same for every row, and so are not written into each of them. */
    private static final List<String> CONSTANT = List.of("now", "current_timestamp", "localtimestamp", "current_date");

    private final boolean refuses;

    @SuppressWarnings("ImmutableEnumChecker") // none of the conditions has a state
    private final Predicate<SqlStatement> condition;

    private final String danger;
    private final String remedy;

    SafetyRule(boolean refuses, Predicate<SqlStatement> condition, String danger, String remedy) {
        this.refuses = refuses;
        this.condition = condition;
        this.danger = danger;
        this.remedy = remedy;
    }

    boolean isBrokenBy(SqlStatement statement) {
        return condition.test(statement);
    }

    /** Whether it is a reason to write nothing. */
    boolean refuses() {
        return refuses;
    }

    String danger() {
        return danger;
    }

    String remedy() {
        return remedy;
    }

    private static boolean startsWith(SqlStatement statement, String one, String other) {
        return statement.startsWith(one) || statement.startsWith(other);
    }

    private static boolean altersTable(SqlStatement statement) {
        return statement.startsWith("alter table");
    }

    /** {@code add [column] name type}, and not a constraint. */
    private static boolean addsColumn(SqlStatement statement) {
        int add = statement.indexOf("add");
        if (!altersTable(statement) || add < 0 || add + 1 >= statement.words().size()) {
            return false;
        }
        return !List.of("constraint", "primary", "foreign", "unique", "check", "exclude")
                .contains(statement.words().get(add + 1));
    }

    private static boolean generates(SqlStatement statement) {
        boolean serial = List.of("serial", "bigserial", "smallserial", "serial4", "serial8", "serial2").stream()
                .anyMatch(statement::has);
        return serial || statement.has("as identity") || statement.has("stored");
    }

    /** A value for each row: generated, or by a default that calls a function. */
    private static boolean computesValues(SqlStatement statement) {
        if (!addsColumn(statement)) {
            return false;
        }
        int value = statement.indexOf("default") + 1;
        boolean calls = value > 0
                && value + 1 < statement.words().size()
                && statement.words().get(value + 1).equals("(")
                && !CONSTANT.contains(statement.words().get(value));
        return calls || generates(statement);
    }

    /** Whether the statement must be alone in its script. */
    static boolean needsItsOwnScript(SqlStatement statement) {
        return !Transactions.allow(statement);
    }
}
