package dev.evenkeel.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link PostgresCluster} is to be like. Immutable; equal specs describe clusters that can stand in for each
 * other, which is how {@link WithPostgres} shares them.
 *
 * @param replicas streaming replicas beside the primary, 0 to 8
 * @param synchronous how many of them have to confirm a commit, 0 (default) to {@code replicas}; while fewer than that
 *     are up, commits wait
 * @param settings of {@code postgresql.conf} on every node, on top of the test kit's own
 * @param tls whether the servers take TLS connections as well, see {@link PostgresCluster#tls}
 * @param database the one that URLs name; made unless it is {@code postgres}, the default
 * @param user the one that URLs name; made as its owner unless it is {@code postgres}, the default
 * @param password if not null, everyone but {@code postgres} has to give one, by SCRAM; otherwise all are trusted
 * @param accessRules lines of {@code pg_hba.conf} that go before the one for everybody
 * @param exitGrace how long the end of the JVM waits for {@link PostgresCluster#close} by whoever owns the cluster, before it
 *     ends the servers itself; zero by default
 */
public record ClusterSpec(
        int replicas,
        int synchronous,
        Map<String, String> settings,
        boolean tls,
        String database,
        String user,
        @Nullable String password,
        List<String> accessRules,
        Duration exitGrace) {

    public static final int MAX_REPLICAS = 8;
    public static final Duration MAX_EXIT_GRACE = Duration.ofMinutes(5);

    /** Replicas refuse to start below the value the template was made with. */
    private static final int LEAST_MAX_CONNECTIONS = 100;

    public ClusterSpec {
        if (replicas < 0 || replicas > MAX_REPLICAS) {
            throw new IllegalArgumentException("replicas is " + replicas + " but must be 0 to " + MAX_REPLICAS);
        }
        if (synchronous < 0 || synchronous > replicas) {
            throw new IllegalArgumentException("synchronous is " + synchronous + " but must be 0 to replicas ("
                    + replicas + "): ask for more replicas or fewer confirmations");
        }
        String maxConnections = settings.getOrDefault("max_connections", String.valueOf(LEAST_MAX_CONNECTIONS));
        if (!maxConnections.matches("\\d{1,6}") || Integer.parseInt(maxConnections) < LEAST_MAX_CONNECTIONS) {
            throw new IllegalArgumentException("max_connections is " + maxConnections + " but must be at least "
                    + LEAST_MAX_CONNECTIONS + ": to limit sessions, use ALTER ROLE ... CONNECTION LIMIT");
        }
        if (exitGrace.isNegative() || exitGrace.compareTo(MAX_EXIT_GRACE) > 0) {
            throw new IllegalArgumentException(
                    "exitGrace is " + exitGrace + " but must be between zero and " + MAX_EXIT_GRACE);
        }
        requireName("database", database);
        requireName("user", user);
        if (password != null && user.equals(AdminSql.USER)) {
            throw new IllegalArgumentException("A password is set for user " + AdminSql.USER
                    + ", who is always trusted because replication uses it: name another user");
        }
        settings = Map.copyOf(settings);
        accessRules = List.copyOf(accessRules);
    }

    private static void requireName(String what, String value) {
        if (!value.matches("[a-z_][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException(
                    what + " is \"" + value + "\" but must be 1 to 63 of a-z, 0-9 and _, not beginning with a digit");
        }
    }

    /** One node, no replica. */
    public static ClusterSpec single() {
        return builder().build();
    }

    /** A primary and {@code count} replicas. */
    public static ClusterSpec withReplicas(int count) {
        return builder().replicas(count).build();
    }

    public static Builder builder() {
        return new Builder();
    }

    boolean needsMoreThanOnePlainServer() {
        return replicas > 0 || tls || !settings.isEmpty() || password != null || !accessRules.isEmpty();
    }

    @Override
    public String toString() {
        return "ClusterSpec[replicas=" + replicas + ", synchronous=" + synchronous + ", settings=" + settings
                + ", tls=" + tls + ", database=" + database + ", user=" + user
                + ", password=" + (password == null ? "none" : "****") + ", accessRules=" + accessRules + "]";
    }

    /** Collects the parts of a {@link ClusterSpec}. Not thread-safe. */
    public static final class Builder {
        private int replicas;
        private int synchronous;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private boolean tls;
        private String database = "postgres";
        private String user = AdminSql.USER;
        private @Nullable String password;
        private final List<String> accessRules = new ArrayList<>();
        private Duration exitGrace = Duration.ZERO;

        private Builder() {}

        public Builder replicas(int count) {
            this.replicas = count;
            return this;
        }

        public Builder synchronous(int confirmations) {
            this.synchronous = confirmations;
            return this;
        }

        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        public Builder settings(Map<String, String> more) {
            settings.putAll(more);
            return this;
        }

        public Builder tls(boolean on) {
            this.tls = on;
            return this;
        }

        public Builder database(String name) {
            this.database = name;
            return this;
        }

        public Builder user(String name) {
            this.user = name;
            return this;
        }

        public Builder user(String name, String password) {
            this.user = name;
            this.password = password;
            return this;
        }

        public Builder accessRule(String line) {
            accessRules.add(line);
            return this;
        }

        /** For an application that closes its cluster itself, after what uses it, when the JVM is told to end. */
        public Builder exitGrace(Duration grace) {
            this.exitGrace = grace;
            return this;
        }

        public ClusterSpec build() {
            return new ClusterSpec(
                    replicas, synchronous, settings, tls, database, user, password, accessRules, exitGrace);
        }
    }
}
