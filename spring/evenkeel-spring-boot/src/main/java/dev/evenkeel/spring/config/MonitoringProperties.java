package dev.evenkeel.spring.config;

import dev.evenkeel.config.MonitoringConfig;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How closely the servers are watched; {@code null} for the default.
 *
 * @param probeInterval Time between two probes of a server. The default is 500ms.
 * @param probeTimeout Time in which a probe must be answered. The default is 800ms.
 * @param healthInterval Time between two health snapshots. The default is 1s.
 * @param maxReplicaLag Lag up to which a replica serves reads. The default is 10s.
 * @param replicaWait Longest wait for a replica that is a little behind. The default is 50ms.
 */
public record MonitoringProperties(
        @Nullable Duration probeInterval,
        @Nullable Duration probeTimeout,
        @Nullable Duration healthInterval,
        @Nullable Duration maxReplicaLag,
        @Nullable Duration replicaWait) {

    MonitoringConfig over(MonitoringConfig defaults) {
        return new MonitoringConfig(
                Objects.requireNonNullElse(probeInterval, defaults.probeInterval()),
                Objects.requireNonNullElse(probeTimeout, defaults.probeTimeout()),
                Objects.requireNonNullElse(healthInterval, defaults.healthInterval()),
                Objects.requireNonNullElse(maxReplicaLag, defaults.maxReplicaLag()),
                Objects.requireNonNullElse(replicaWait, defaults.replicaWait()));
    }
}
