package dev.evenkeel.migrations;

/**
 * The locks that PostgreSQL takes on a table, the weakest first (manual, "Explicit Locking", table-level locks).
 */
public enum LockMode {
    /** Reading. */
    ACCESS_SHARE("AccessShareLock"),
    /** {@code select for update}. */
    ROW_SHARE("RowShareLock"),
    /** Writing rows. */
    ROW_EXCLUSIVE("RowExclusiveLock"),
    /** Keeps other changes of the schema and vacuum away. */
    SHARE_UPDATE_EXCLUSIVE("ShareUpdateExclusiveLock"),
    /** Keeps writers away. */
    SHARE("ShareLock"),
    /** Keeps writers away. */
    SHARE_ROW_EXCLUSIVE("ShareRowExclusiveLock"),
    /** Keeps writers away. */
    EXCLUSIVE("ExclusiveLock"),
    /** Keeps everybody away, readers too. */
    ACCESS_EXCLUSIVE("AccessExclusiveLock");

    private final String inCatalog;

    LockMode(String inCatalog) {
        this.inCatalog = inCatalog;
    }

    /** By its name in {@code pg_locks}. */
    public static LockMode of(String inCatalog) {
        for (LockMode mode : values()) {
            if (mode.inCatalog.equals(inCatalog)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("'%s' is no lock on a table".formatted(inCatalog));
    }

    public boolean blocksReads() {
        return this == ACCESS_EXCLUSIVE;
    }

    public boolean blocksWrites() {
        return compareTo(SHARE) >= 0;
    }

    /** As in the manual: {@code ACCESS EXCLUSIVE}. */
    @Override
    public String toString() {
        return name().replace('_', ' ');
    }
}
