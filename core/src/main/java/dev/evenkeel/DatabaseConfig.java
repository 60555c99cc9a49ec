package dev.evenkeel;

import dev.evenkeel.config.CredentialSource;
import dev.evenkeel.config.Credentials;
import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.config.Profile;
import dev.evenkeel.config.RetryPolicy;
import dev.evenkeel.config.TlsConfig;
import dev.evenkeel.config.TlsConfig.Mode;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.event.DatabaseListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Everything that {@link ReactiveDatabaseManager#start} needs to know. Immutable; secrets in it do not print.
 *
 * @param nodes the servers; which of them is the primary is discovered, whatever they were called
 * @param pool settings of each node's pool
 * @param retry for calls that do not bring a policy of their own
 * @param tls how connections are encrypted; {@code null} leaves it to the URLs
 * @param credentials who logs in; {@code null} leaves it to the URLs
 * @param monitoring how closely the nodes are watched
 * @param applicationName what {@code pg_stat_activity} shows; default {@value #DEFAULT_APPLICATION_NAME}
 * @param callTimeout bound for calls that do not bring one of their own; default 60 s
 * @param allowReplicaOnlyStart start although no primary answers, and serve reads until there is one; default false
 * @param listeners are told of every call and every change
 */
public record DatabaseConfig(
        List<NodeConfig> nodes,
        PoolConfig pool,
        RetryPolicy retry,
        @Nullable TlsConfig tls,
        @Nullable CredentialSource credentials,
        MonitoringConfig monitoring,
        String applicationName,
        Duration callTimeout,
        boolean allowReplicaOnlyStart,
        List<DatabaseListener> listeners) {

    public static final String DEFAULT_APPLICATION_NAME = "evenkeel";
    public static final Duration DEFAULT_CALL_TIMEOUT = Duration.ofSeconds(60);

    /** PostgreSQL cuts longer names off. */
    private static final int LONGEST_NAME = 63;

    public DatabaseConfig {
        nodes = List.copyOf(nodes);
        listeners = List.copyOf(listeners);
        if (nodes.isEmpty()) {
            throw InvalidConfigurationException.of(
                    "primary", "missing", "the URL of a server", "call primary(\"r2dbc:postgresql://...\")");
        }
        Set<String> names = new HashSet<>();
        for (NodeConfig node : nodes) {
            if (!names.add(node.name())) {
                throw InvalidConfigurationException.of(
                        node.setting(), node.name(), "a server that is named only once", "remove the second mention");
            }
            if (tls != null && tls.mode() == Mode.DISABLED && node.tls().mode() != Mode.DISABLED) {
                throw InvalidConfigurationException.of(
                        "tls",
                        "DISABLED although '%s' asks for TLS".formatted(node.setting()),
                        "left out, or a mode that encrypts",
                        "remove the TLS options from the URL where plaintext is meant");
            }
        }
        if (applicationName.isBlank() || applicationName.length() > LONGEST_NAME) {
            throw InvalidConfigurationException.of(
                    "applicationName",
                    "'" + applicationName + "'",
                    "1 to %d characters long".formatted(LONGEST_NAME),
                    "use the name of the service");
        }
        ConnectionOptions.requirePositive("callTimeout", callTimeout);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that begins with the settings of a profile, and whose servers must fit it. */
    public static Builder builder(Profile profile) {
        Builder builder = new Builder();
        builder.profile = profile;
        builder.pool = profile.pool();
        builder.monitoring = profile.monitoring();
        return builder;
    }

    /** How the connections to this node are encrypted: as {@link #tls} says, or else its URL. */
    public TlsConfig tls(NodeConfig node) {
        return tls == null ? node.tls() : tls;
    }

    /** A builder that begins with these settings, for changing some of them. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.primary = nodes.get(0);
        builder.replicas.addAll(nodes.subList(1, nodes.size()));
        builder.pool = pool;
        builder.retry = retry;
        builder.tls = tls;
        builder.credentials = credentials;
        builder.monitoring = monitoring;
        builder.applicationName = applicationName;
        builder.callTimeout = callTimeout;
        builder.allowReplicaOnlyStart = allowReplicaOnlyStart;
        builder.listeners.addAll(listeners);
        return builder;
    }

    /**
     * Reads {@code DATABASE_HOST} (required), {@code DATABASE_PORT} (5432), {@code DATABASE_NAME} (postgres),
     * {@code DATABASE_USER} (postgres), {@code DATABASE_PASSWORD} (none), {@code DATABASE_REPLICA_HOSTS} (none; a list of
     * {@code host} or {@code host:port}, separated by commas) and {@code DATABASE_PROFILE} (none; the name of a
     * {@link Profile}).
     *
     * @throws InvalidConfigurationException when one is missing or unusable; it names the variable
     */
    public static DatabaseConfig fromEnvironment(Map<String, String> environment) {
        return EnvironmentConfig.read(environment);
    }

    /** Collects settings; not thread-safe. Values are checked together by {@link #build()}. */
    public static final class Builder {

        private @Nullable Profile profile;
        private @Nullable NodeConfig primary;
        private final List<NodeConfig> replicas = new ArrayList<>();
        private PoolConfig pool = PoolConfig.defaults();
        private RetryPolicy retry = RetryPolicy.defaults();
        private @Nullable TlsConfig tls;
        private @Nullable CredentialSource credentials;
        private MonitoringConfig monitoring = MonitoringConfig.defaults();
        private String applicationName = DEFAULT_APPLICATION_NAME;
        private Duration callTimeout = DEFAULT_CALL_TIMEOUT;
        private boolean allowReplicaOnlyStart;
        private final List<DatabaseListener> listeners = new ArrayList<>();

        private Builder() {}

        /** The server that is probably the primary: {@code r2dbc:postgresql://user:secret@host:port/database}. */
        public Builder primary(String url) {
            this.primary = NodeConfig.parse("primary", url);
            return this;
        }

        /** A server that is probably a replica; call it once for each. */
        public Builder replica(String url) {
            replicas.add(NodeConfig.parse("replica[%d]".formatted(replicas.size()), url));
            return this;
        }

        /** The same for a server that was read from elsewhere. */
        public Builder primary(NodeConfig node) {
            this.primary = node;
            return this;
        }

        /** The same for a server that was read from elsewhere. */
        public Builder replica(NodeConfig node) {
            replicas.add(node);
            return this;
        }

        public Builder pool(PoolConfig config) {
            this.pool = config;
            return this;
        }

        public Builder retry(RetryPolicy policy) {
            this.retry = policy;
            return this;
        }

        /** Wins over whatever the URLs say about TLS, but cannot switch off what they ask for. */
        public Builder tls(TlsConfig config) {
            this.tls = config;
            return this;
        }

        /** Wins over user and password in the URLs. */
        public Builder credentials(Credentials login) {
            this.credentials = () -> Mono.just(login);
            return this;
        }

        /** Wins over user and password in the URLs, and is asked for each connection. */
        public Builder credentials(CredentialSource source) {
            this.credentials = source;
            return this;
        }

        public Builder monitoring(MonitoringConfig config) {
            this.monitoring = config;
            return this;
        }

        public Builder applicationName(String name) {
            this.applicationName = name;
            return this;
        }

        public Builder callTimeout(Duration bound) {
            this.callTimeout = bound;
            return this;
        }

        /** Start although no primary answers, as long as a replica does. */
        public Builder allowReplicaOnlyStart() {
            this.allowReplicaOnlyStart = true;
            return this;
        }

        /** Call it once for each listener. */
        public Builder listener(DatabaseListener listener) {
            listeners.add(listener);
            return this;
        }

        /**
         * Checks the settings together.
         *
         * @throws InvalidConfigurationException when a setting is missing or does not fit the others
         */
        public DatabaseConfig build() {
            List<NodeConfig> nodes = new ArrayList<>();
            if (primary != null) {
                nodes.add(primary);
            }
            nodes.addAll(replicas);
            if (profile != null) {
                profile.require(nodes);
            }
            return new DatabaseConfig(
                    nodes,
                    pool,
                    retry,
                    tls,
                    credentials,
                    monitoring,
                    applicationName,
                    callTimeout,
                    allowReplicaOnlyStart,
                    listeners);
        }
    }
}
