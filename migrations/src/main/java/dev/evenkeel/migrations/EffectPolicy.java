package dev.evenkeel.migrations;

import java.util.function.Predicate;

/**
 * What a release must not do. A comment {@code -- evenkeel: assured REWRITE <reason>} in a script lets it through; the names
 * are those here without {@code FAIL_ON_}.
 */
public enum EffectPolicy {
    /** Writes all rows of a table anew; nobody can read it meanwhile. */
    FAIL_ON_REWRITE(
            TableEffect::rewritten,
            "is rewritten, and nobody can use it meanwhile",
            "add a new column, fill it by a backfill, and swap"),
    /** Reads all rows of a table, or builds an index on it, while nobody can write it. */
    FAIL_ON_SCAN(
            table -> !table.rewritten() && table.scanned() && table.lock().blocksWrites(),
            "is read as a whole, and nobody can write it meanwhile",
            "make indexes concurrently, and constraints NOT VALID with VALIDATE CONSTRAINT in a later script"),
    /** Inserts, updates or deletes rows of a table that is in use; they stay locked until the script has ended. */
    FAIL_ON_ROW_CHANGE(
            table -> table.rowsChanged() > 0 || table.lock() == LockMode.ROW_EXCLUSIVE,
            "has rows changed, which stay locked until the script has ended",
            "change them in small portions: see Backfill"),
    /** Removes or renames a table or a column that instances of the application may still use. */
    FAIL_ON_REMOVAL(
            table -> !table.removed().isEmpty(),
            "loses something that instances which still run may use",
            "remove it by a contract script, once no old instance is left");

    @SuppressWarnings("ImmutableEnumChecker") // none of them has a state
    private final Predicate<TableEffect> broken;

    private final String danger;
    private final String remedy;

    EffectPolicy(Predicate<TableEffect> broken, String danger, String remedy) {
        this.broken = broken;
        this.danger = danger;
        this.remedy = remedy;
    }

    boolean isBrokenBy(TableEffect table) {
        return broken.test(table);
    }

    /** In words, behind the table's name. */
    String danger() {
        return danger;
    }

    String remedy() {
        return remedy;
    }

    /** As a script names it to be let through. */
    public String rule() {
        return name().substring("FAIL_ON_".length());
    }
}
