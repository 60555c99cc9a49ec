package dev.evenkeel.monitoring.query;

import dev.evenkeel.sql.SqlFingerprint;
import dev.evenkeel.sql.SqlMask;
import dev.evenkeel.sql.SqlSummary;

/**
 * What a statement is called, whatever its literals are. Immutable.
 *
 * @param fingerprint the same for all that differ in literals, white space and comments only
 * @param summary such as {@code SELECT orders}
 * @param masked its text without literals
 */
public record StatementId(String fingerprint, String summary, String masked) {

    /** A text of a megabyte is nobody's to read. */
    private static final int LONGEST = 4_000;

    static final StatementId OTHER = new StatementId("other", "other", "all other statements");

    public static StatementId of(String sql) {
        String masked = SqlMask.mask(sql);
        return new StatementId(
                SqlFingerprint.of(sql),
                SqlSummary.of(sql),
                masked.length() > LONGEST ? masked.substring(0, LONGEST) + "..." : masked);
    }
}
