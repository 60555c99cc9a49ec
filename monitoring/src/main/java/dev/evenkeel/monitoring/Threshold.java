package dev.evenkeel.monitoring;

/** From where on a finding is one. The documentation of each rule is in {@code docs/recommendations.md}. */
public enum Threshold {
    /** Rows of a table whose foreign key should have an index. Below, reading the whole table takes no time. */
    FOREIGN_KEY_ROWS("foreignKeyRows", 1_000, "rows"),
    /** Size of a covered index that is worth more than a note. */
    COVERED_INDEX_BYTES("coveredIndexBytes", 10L << 20, "bytes"),
    UNUSED_INDEX_BYTES("unusedIndexBytes", 10L << 20, "bytes"),
    /** Length of the statistics before an index counts as unused: a weekly report should have come by. */
    UNUSED_INDEX_AGE("unusedIndexAge", 7 * 24 * 3600, "seconds"),
    /** Waste that is worth the work; PgHero's bound for indexes. */
    BLOAT_BYTES("bloatBytes", 100L << 20, "bytes"),
    DEAD_ROWS("deadRows", 10_000, "rows"),
    /** How long autovacuum has had its chance. */
    VACUUM_PATIENCE("vacuumPatience", 3600, "seconds"),
    /** Age of transaction numbers; autovacuum begins to hurry at 200 million. */
    WRAPAROUND_WARNING("wraparoundWarning", 1_000_000_000, "transactions"),
    /** Age of transaction numbers; the server stops at 2^31. */
    WRAPAROUND_CRITICAL("wraparoundCritical", 1_600_000_000, "transactions"),
    OLD_TRANSACTION("oldTransaction", 3600, "seconds"),
    PREPARED_TRANSACTION("preparedTransaction", 600, "seconds"),
    SLOT_BYTES("slotBytes", 1L << 30, "bytes"),
    /** Share of a sequence's numbers; PgHero's bound. */
    SEQUENCE_SHARE("sequenceShare", 0.9, "share"),
    STATISTICS_ROWS("statisticsRows", 1_000, "rows"),
    HOT_UPDATES("hotUpdates", 100_000, "updates"),
    CHECKPOINTS("checkpoints", 100, "checkpoints"),
    CONNECTION_SHARE("connectionShare", 0.8, "share"),
    IDLE_IN_TRANSACTION("idleInTransaction", 30, "seconds"),
    /** PgHero's bound. */
    LONG_RUNNING("longRunning", 60, "seconds"),
    /** Longest wait in the queue. */
    LOCK_WAIT("lockWait", 5, "seconds"),
    CACHE_READS("cacheReads", 10_000_000, "pages of 8 kB"),
    TEMPORARY_BYTES("temporaryBytes", 10L << 30, "bytes in a day"),
    /** Rows that a scan of a plan reads in vain before an index is proposed. */
    INDEX_ROWS("indexRows", 10_000, "rows");

    private final String placeholder;
    private final double standard;
    private final String unit;

    Threshold(String placeholder, double standard, String unit) {
        this.placeholder = placeholder;
        this.standard = standard;
        this.unit = unit;
    }

    /** What it is called in the text of a rule. */
    public String placeholder() {
        return placeholder;
    }

    public double standard() {
        return standard;
    }

    public String unit() {
        return unit;
    }
}
