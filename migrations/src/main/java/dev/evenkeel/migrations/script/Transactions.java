package dev.evenkeel.migrations.script;

import dev.evenkeel.sql.SqlStatement;
import java.util.List;

/** Which statements PostgreSQL refuses to run in a transaction: Flyway knows some of them, the others need a {@code .conf} file. */
public final class Transactions {

    private static final List<String> REFUSED = List.of(
            "create database",
            "drop database",
            "create tablespace",
            "drop tablespace",
            "create subscription",
            "drop subscription",
            "alter system",
            "vacuum",
            "discard all",
            "reindex schema",
            "reindex database",
            "reindex system");

    private Transactions() {}

    public static boolean allow(SqlStatement statement) {
        return REFUSED.stream().noneMatch(statement::startsWith) && !isConcurrent(statement);
    }

    /** {@code refresh materialized view concurrently} may run in one. */
    public static boolean isConcurrent(SqlStatement statement) {
        boolean index = statement.startsWith("create index")
                || statement.startsWith("create unique index")
                || statement.startsWith("drop index")
                || statement.startsWith("reindex");
        boolean detach = statement.startsWith("alter table") && statement.has("detach partition");
        return (index || detach) && statement.has("concurrently");
    }
}
