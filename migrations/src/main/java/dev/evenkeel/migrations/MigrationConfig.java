package dev.evenkeel.migrations;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import dev.evenkeel.config.CredentialSource;
import dev.evenkeel.config.Require;
import dev.evenkeel.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a schema is migrated. Immutable. Where the database is and who logs in comes from the manager.
 *
 * @param locations where scripts are: {@code classpath:folder} or {@code filesystem:folder}; default
 *     {@code classpath:db/migration}
 * @param undoLocations where undo scripts are; default {@code classpath:db/rollback}
 * @param checkLocations where queries about the data are, asked before ({@code V7__name.pre.sql}) or after
 *     ({@code V7__name.post.sql}) the script of that version: a row that one finds stops the migration; default
 *     {@code classpath:db/check}
 * @param contractLocations where the scripts of {@link MigrationManager#contract} are; default {@code classpath:db/contract}. They
 *     may be missing
 * @param schema that is migrated and has the history; {@code null}, the default, for the first of the connection's search path
 * @param table the history; default {@code flyway_schema_history}
 * @param baselineVersion if there is a schema but no history: take it for being at this version; {@code null}, the default, to
 *     refuse it
 * @param outOfOrder whether scripts older than the newest applied one may still be applied; default false
 * @param placeholders replaced in scripts where they say <code>${name}</code>
 * @param credentials of a role of its own; {@code null}, the default, for that of the manager
 * @param instanceWait how long to wait for another instance that migrates; default 10 min
 * @param lockTimeout how long a statement may wait for a lock, because everybody else waits behind it: then the script is
 *     rolled back and runs again. Not for scripts that do not run in a transaction. Default 100 ms
 * @param lockBudget how long a script is run again for that reason; default 10 min
 * @param heartbeat time between two words of a long statement; default 1 s
 * @param integrityInterval time between two looks of the health stream at the schema; default 60 s
 * @param contractWait how long a script of {@link MigrationManager#contract} waits for instances that need what it removes; default
 *     10 min
 * @param fenceGrace how long an instance may be without its session before it counts as gone; more than a failover takes from the
 *     first to the last instance that finds the new primary; default 10 s
 * @param sources folder in which {@link MigrationManager#createMigration} writes into {@code db/migration} and
 *     {@code db/rollback}; default {@code src/main/resources}
 */
public record MigrationConfig(
        List<String> locations,
        List<String> undoLocations,
        List<String> checkLocations,
        List<String> contractLocations,
        @Nullable String schema,
        String table,
        @Nullable String baselineVersion,
        boolean outOfOrder,
        Map<String, String> placeholders,
        @Nullable CredentialSource credentials,
        Duration instanceWait,
        Duration lockTimeout,
        Duration lockBudget,
        Duration heartbeat,
        Duration integrityInterval,
        Duration contractWait,
        Duration fenceGrace,
        Path sources) {

    public static final String CLASSPATH = "classpath:";
    public static final String FILESYSTEM = "filesystem:";
    public static final String DEFAULT_TABLE = "flyway_schema_history";

    /** PostgreSQL cuts longer names off. */
    private static final int LONGEST_NAME = 63;

    public MigrationConfig {
        locations = List.copyOf(locations);
        undoLocations = List.copyOf(undoLocations);
        checkLocations = List.copyOf(checkLocations);
        contractLocations = List.copyOf(contractLocations);
        placeholders = Map.copyOf(placeholders);
        if (locations.isEmpty()) {
            throw InvalidConfigurationException.of(
                    "migrations.locations", "empty", "at least one folder", "the default is classpath:db/migration");
        }
        locations.forEach(location -> requireLocation("migrations.locations", location));
        undoLocations.forEach(location -> requireLocation("migrations.undoLocations", location));
        checkLocations.forEach(location -> requireLocation("migrations.checkLocations", location));
        contractLocations.forEach(location -> requireLocation("migrations.contractLocations", location));
        requireName("migrations.table", table);
        if (schema != null) {
            requireName("migrations.schema", schema);
        }
        Require.between("migrations.instanceWait", instanceWait, ofMillis(1), ofHours(24), "the default is 10 min");
        Require.between("migrations.lockTimeout", lockTimeout, ofMillis(1), ofMinutes(10), "the default is 100 ms");
        Require.between("migrations.lockBudget", lockBudget, Duration.ZERO, ofHours(24), "the default is 10 min");
        Require.between("migrations.heartbeat", heartbeat, ofMillis(10), ofMinutes(10), "the default is 1 s");
        Require.between("migrations.contractWait", contractWait, ofMillis(1), ofHours(24), "the default is 10 min");
        Require.between("migrations.fenceGrace", fenceGrace, ofSeconds(1), ofHours(1), "the default is 10 s");
        Require.between(
                "migrations.integrityInterval", integrityInterval, ofSeconds(1), ofHours(24), "the default is 60 s");
    }

    private static void requireLocation(String setting, String location) {
        if (!location.startsWith(CLASSPATH) && !location.startsWith(FILESYSTEM)) {
            throw InvalidConfigurationException.of(
                    setting,
                    "'" + location + "'",
                    "'classpath:folder' or 'filesystem:folder'",
                    "write in front of the folder where it is");
        }
    }

    static void requireName(String setting, String name) {
        if (name.isBlank() || name.length() > LONGEST_NAME || name.indexOf('\0') >= 0) {
            throw InvalidConfigurationException.of(
                    setting, "'" + name + "'", "a name of 1 to %d characters".formatted(LONGEST_NAME), "shorten it");
        }
    }

    public static MigrationConfig defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; not thread-safe. */
    public static final class Builder {

        private List<String> locations = List.of(CLASSPATH + "db/migration");
        private List<String> undoLocations = List.of(CLASSPATH + "db/rollback");
        private List<String> checkLocations = List.of(CLASSPATH + "db/check");
        private List<String> contractLocations = List.of(CLASSPATH + "db/contract");
        private @Nullable String schema;
        private String table = DEFAULT_TABLE;
        private @Nullable String baselineVersion;
        private boolean outOfOrder;
        private Map<String, String> placeholders = Map.of();
        private @Nullable CredentialSource credentials;
        private Duration instanceWait = ofMinutes(10);
        private Duration lockTimeout = ofMillis(100);
        private Duration lockBudget = ofMinutes(10);
        private Duration heartbeat = ofSeconds(1);
        private Duration integrityInterval = ofSeconds(60);
        private Duration contractWait = ofMinutes(10);
        private Duration fenceGrace = ofSeconds(10);
        private Path sources = Path.of("src", "main", "resources");

        private Builder() {}

        public Builder locations(String... folders) {
            this.locations = List.of(folders);
            return this;
        }

        public Builder undoLocations(String... folders) {
            this.undoLocations = List.of(folders);
            return this;
        }

        public Builder checkLocations(String... folders) {
            this.checkLocations = List.of(folders);
            return this;
        }

        public Builder contractLocations(String... folders) {
            this.contractLocations = List.of(folders);
            return this;
        }

        public Builder schema(String name) {
            this.schema = name;
            return this;
        }

        public Builder table(String name) {
            this.table = name;
            return this;
        }

        public Builder baselineVersion(String version) {
            this.baselineVersion = version;
            return this;
        }

        public Builder outOfOrder(boolean allowed) {
            this.outOfOrder = allowed;
            return this;
        }

        public Builder placeholders(Map<String, String> values) {
            this.placeholders = values;
            return this;
        }

        public Builder credentials(CredentialSource source) {
            this.credentials = source;
            return this;
        }

        public Builder instanceWait(Duration bound) {
            this.instanceWait = bound;
            return this;
        }

        public Builder lockTimeout(Duration bound) {
            this.lockTimeout = bound;
            return this;
        }

        public Builder lockBudget(Duration bound) {
            this.lockBudget = bound;
            return this;
        }

        public Builder heartbeat(Duration interval) {
            this.heartbeat = interval;
            return this;
        }

        public Builder integrityInterval(Duration interval) {
            this.integrityInterval = interval;
            return this;
        }

        public Builder contractWait(Duration bound) {
            this.contractWait = bound;
            return this;
        }

        public Builder fenceGrace(Duration time) {
            this.fenceGrace = time;
            return this;
        }

        public Builder sources(Path folder) {
            this.sources = folder;
            return this;
        }

        /**
         * Checks the settings together.
         *
         * @throws InvalidConfigurationException when one is out of its range
         */
        public MigrationConfig build() {
            return new MigrationConfig(
                    locations,
                    undoLocations,
                    checkLocations,
                    contractLocations,
                    schema,
                    table,
                    baselineVersion,
                    outOfOrder,
                    placeholders,
                    credentials,
                    instanceWait,
                    lockTimeout,
                    lockBudget,
                    heartbeat,
                    integrityInterval,
                    contractWait,
                    fenceGrace,
                    sources);
        }
    }
}
