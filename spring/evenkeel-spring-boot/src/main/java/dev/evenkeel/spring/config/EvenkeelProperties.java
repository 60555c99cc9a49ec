package dev.evenkeel.spring.config;

import dev.evenkeel.ConnectionOptions;
import dev.evenkeel.config.Profile;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the manager beside {@code spring.r2dbc.*}, which say where the first server is. What is left out has the default
 * that {@link dev.evenkeel.DatabaseConfig} and its parts document; ranges are checked there.
 *
 * @param enabled Whether Evenkeel provides the application's database connections.
 * @param profile Settings to begin with, and how many servers there must be.
 * @param replicas Further servers, as 'host', 'host:port' or a URL. What one leaves out is as in spring.r2dbc.
 * @param applicationName Name that the servers show for the sessions. The default is spring.application.name.
 * @param callTimeout Longest time of a call that brings no limit of its own. The default is 60s.
 * @param startTimeout Longest time that the start of the application waits for the servers.
 * @param shutdownGrace Time that running calls get to end when the application stops.
 * @param allowReplicaOnlyStart Whether to start although no primary answers, and serve reads until one does.
 * @param pool connections to each server
 * @param retry repeating calls that failed harmlessly
 * @param tls encryption
 * @param monitoring how closely the servers are watched
 */
@ConfigurationProperties("evenkeel")
public record EvenkeelProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable Profile profile,
        @DefaultValue List<String> replicas,
        @Nullable String applicationName,
        @Nullable Duration callTimeout,
        @DefaultValue("30s") Duration startTimeout,
        @DefaultValue("10s") Duration shutdownGrace,
        @DefaultValue("false") boolean allowReplicaOnlyStart,
        @NestedConfigurationProperty @DefaultValue PoolProperties pool,
        @NestedConfigurationProperty @DefaultValue RetryProperties retry,
        @NestedConfigurationProperty @DefaultValue TlsProperties tls,
        @NestedConfigurationProperty @DefaultValue MonitoringProperties monitoring) {

    public EvenkeelProperties {
        replicas = List.copyOf(replicas);
        ConnectionOptions.requirePositive("startTimeout", startTimeout);
    }
}
