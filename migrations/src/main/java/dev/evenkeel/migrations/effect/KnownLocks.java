package dev.evenkeel.migrations.effect;

import dev.evenkeel.migrations.LockMode;
import dev.evenkeel.migrations.script.Transactions;
import dev.evenkeel.sql.SqlStatement;

/**
 * The locks of statements that cannot run in a transaction: they let go of them before anybody could look (manual, the pages of
 * {@code create index}, {@code drop index}, {@code reindex}, {@code alter table} and {@code vacuum}).
 */
final class KnownLocks {

    private KnownLocks() {}

    static LockMode of(SqlStatement statement) {
        if (Transactions.isConcurrent(statement)) {
            return LockMode.SHARE_UPDATE_EXCLUSIVE;
        }
        if (statement.startsWith("vacuum")) {
            return statement.has("full") ? LockMode.ACCESS_EXCLUSIVE : LockMode.SHARE_UPDATE_EXCLUSIVE;
        }
        if (statement.startsWith("reindex") || statement.startsWith("create index")) {
            return LockMode.SHARE;
        }
        return LockMode.ACCESS_EXCLUSIVE;
    }

    /** Whether it reads all rows. */
    static boolean scans(SqlStatement statement) {
        return statement.startsWith("create index")
                || statement.startsWith("create unique index")
                || statement.startsWith("reindex")
                || statement.startsWith("vacuum");
    }
}
