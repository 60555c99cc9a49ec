package dev.evenkeel.migrations;

import dev.evenkeel.config.Require;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.sql.SqlStatement;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A change of all rows of a table, made in small batches beside the traffic by {@link MigrationManager#backfill}. Immutable.
 *
 * <p>Rows have their turn in the order of the key, each once. So rows that are inserted while it runs may be left out, and
 * the application must already write them as they should be. A key must not be changed meanwhile.
 *
 * <p>{@code set} and {@code where} are parts of a statement: they are written by a developer and must never come from a user.
 *
 * @param name by which its progress is remembered
 * @param schema of the table; {@code null}, the default, for that of the migrations
 * @param table whose rows are changed
 * @param key a column of any ordered type that is not null and has a unique index of its own
 * @param set what {@code UPDATE} sets, such as {@code total = price * amount}
 * @param where which rows are changed; {@code null}, the default, for all of them
 * @param batchTime how long a batch should take: its size, from 10 to 10,000 rows, follows from it; default 100 ms
 * @param lockTimeout how long a batch waits for a lock before it is rolled back and tried again later; default 100 ms
 * @param dutyCycle share of the time in which batches run; after each there is a pause. Default 0.5
 * @param maxReplicaLag no batch runs while a replica is further behind; default 10 s
 * @param restart whether a run begins anew instead of going on where the last one has stopped; default false
 */
public record Backfill(
        String name,
        @Nullable String schema,
        String table,
        String key,
        String set,
        @Nullable String where,
        Duration batchTime,
        Duration lockTimeout,
        double dutyCycle,
        Duration maxReplicaLag,
        boolean restart) {

    private static final double LOWEST_DUTY = 0.01;
    private static final Pattern PARAMETER = Pattern.compile("\\$\\d+");

    public Backfill {
        MigrationConfig.requireName("backfill.name", name);
        if (schema != null) {
            MigrationConfig.requireName("backfill.schema", schema);
        }
        MigrationConfig.requireName("backfill.table", table);
        MigrationConfig.requireName("backfill.key", key);
        requirePart("backfill.set", set);
        if (where != null) {
            requirePart("backfill.where", where);
        }
        Duration shortest = Duration.ofMillis(1);
        Require.between("backfill.batchTime", batchTime, shortest, Duration.ofSeconds(10), "the default is 100 ms");
        Require.between("backfill.lockTimeout", lockTimeout, shortest, Duration.ofSeconds(10), "the default is 100 ms");
        Require.between("backfill.maxReplicaLag", maxReplicaLag, shortest, Duration.ofHours(24), "the default is 10 s");
        Require.between("backfill.dutyCycle", dutyCycle, LOWEST_DUTY, 1, "use 1 for no pauses, the default is 0.5");
    }

    /** The message must not show it: it may have literals in it. */
    private static void requirePart(String setting, String sql) {
        List<SqlStatement> statements = SqlStatement.split(sql);
        boolean parameters = statements.stream()
                .flatMap(statement -> statement.words().stream())
                .anyMatch(word -> PARAMETER.matcher(word).matches());
        if (statements.size() != 1 || parameters) {
            throw InvalidConfigurationException.of(
                    setting,
                    statements.isEmpty() ? "empty" : parameters ? "one with parameters" : "several statements",
                    "a part of one UPDATE, without parameters",
                    "write it as it would stand behind SET or WHERE");
        }
    }

    /** Begins the description of the backfill with this name. */
    public static Builder of(String name) {
        return new Builder(name);
    }

    /** Collects settings; not thread-safe. Table, key and {@code set} are needed. */
    public static final class Builder {

        private final String name;
        private @Nullable String schema;
        private String table = "";
        private String key = "";
        private String set = "";
        private @Nullable String where;
        private Duration batchTime = Duration.ofMillis(100);
        private Duration lockTimeout = Duration.ofMillis(100);
        private double dutyCycle = 0.5;
        private Duration maxReplicaLag = Duration.ofSeconds(10);
        private boolean restart;

        private Builder(String name) {
            this.name = name;
        }

        public Builder schema(String nameOfSchema) {
            this.schema = nameOfSchema;
            return this;
        }

        public Builder table(String nameOfTable) {
            this.table = nameOfTable;
            return this;
        }

        public Builder key(String column) {
            this.key = column;
            return this;
        }

        public Builder set(String assignments) {
            this.set = assignments;
            return this;
        }

        public Builder where(String condition) {
            this.where = condition;
            return this;
        }

        public Builder batchTime(Duration target) {
            this.batchTime = target;
            return this;
        }

        public Builder lockTimeout(Duration bound) {
            this.lockTimeout = bound;
            return this;
        }

        public Builder dutyCycle(double share) {
            this.dutyCycle = share;
            return this;
        }

        public Builder maxReplicaLag(Duration bound) {
            this.maxReplicaLag = bound;
            return this;
        }

        /** Each run begins with the first row again. Not for several instances at once: each would begin anew. */
        public Builder restart() {
            this.restart = true;
            return this;
        }

        /**
         * Checks the settings together.
         *
         * @throws InvalidConfigurationException when one is missing or out of its range
         */
        public Backfill build() {
            return new Backfill(
                    name, schema, table, key, set, where, batchTime, lockTimeout, dutyCycle, maxReplicaLag, restart);
        }
    }
}
