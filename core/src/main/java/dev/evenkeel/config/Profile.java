package dev.evenkeel.config;

import dev.evenkeel.error.InvalidConfigurationException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Where an application runs: the settings that fit there, as a beginning, and how many servers there must be. Immutable.
 */
public enum Profile {
    /** One server, few connections that are opened when needed, unhurried probes. */
    DEVELOPMENT(1, 1, 0, 5, Duration.ofSeconds(2)),

    /** A primary and a replica at least, so that routing and failover are as in production, with half of its connections. */
    STAGING(2, Integer.MAX_VALUE, 2, 10, MonitoringConfig.DEFAULT_PROBE_INTERVAL),

    /** A primary and a replica at least: there is always somebody to fail over to. */
    PRODUCTION(
            2,
            Integer.MAX_VALUE,
            PoolConfig.DEFAULT_MIN_SIZE,
            PoolConfig.DEFAULT_MAX_SIZE,
            MonitoringConfig.DEFAULT_PROBE_INTERVAL);

    private final int fewestServers;
    private final int mostServers;
    private final int minPoolSize;
    private final int maxPoolSize;
    private final Duration probeInterval;

    Profile(int fewestServers, int mostServers, int minPoolSize, int maxPoolSize, Duration probeInterval) {
        this.fewestServers = fewestServers;
        this.mostServers = mostServers;
        this.minPoolSize = minPoolSize;
        this.maxPoolSize = maxPoolSize;
        this.probeInterval = probeInterval;
    }

    /**
     * Reads a name in any case.
     *
     * @throws InvalidConfigurationException when there is no such profile; it names the setting
     */
    public static Profile parse(String setting, String name) {
        for (Profile profile : values()) {
            if (profile.name().equalsIgnoreCase(name.trim())) {
                return profile;
            }
        }
        throw InvalidConfigurationException.of(
                setting, "'" + name + "'", "development, staging or production", "leave it out for the plain defaults");
    }

    public PoolConfig pool() {
        return PoolConfig.builder().minSize(minPoolSize).maxSize(maxPoolSize).build();
    }

    public MonitoringConfig monitoring() {
        return MonitoringConfig.defaults().withProbeInterval(probeInterval);
    }

    /**
     * Checks the servers that are configured.
     *
     * @throws InvalidConfigurationException when there are too few or too many for this profile
     */
    public void require(List<NodeConfig> nodes) {
        String allowed = mostServers == fewestServers ? "exactly %d" : "%d or more";
        if (nodes.size() < fewestServers || nodes.size() > mostServers) {
            throw InvalidConfigurationException.of(
                    "profile",
                    "%s with %d server%s"
                            .formatted(name().toLowerCase(Locale.ROOT), nodes.size(), nodes.size() == 1 ? "" : "s"),
                    allowed.formatted(fewestServers)
                            + (fewestServers == 1 ? " server" : " servers, of which one is the primary"),
                    fewestServers == 1
                            ? "leave the replicas out, or take Profile.STAGING"
                            : "name the replicas, too, or take Profile.DEVELOPMENT");
        }
    }
}
