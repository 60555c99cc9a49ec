package dev.evenkeel.config;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import java.time.Duration;

/**
 * How closely the nodes are watched. Immutable.
 *
 * @param probeInterval time between two probes of a node; default 500 ms
 * @param probeTimeout a probe without an answer for so long has failed; default 1 s
 * @param healthInterval time between two snapshots of the health stream; default 1 s
 * @param maxReplicaLag a replica further behind serves only reads of {@code EVENTUAL} consistency; default 10 s
 */
public record MonitoringConfig(
        Duration probeInterval, Duration probeTimeout, Duration healthInterval, Duration maxReplicaLag) {

    public static final Duration DEFAULT_PROBE_INTERVAL = ofMillis(500);
    public static final Duration DEFAULT_PROBE_TIMEOUT = ofSeconds(1);
    public static final Duration DEFAULT_HEALTH_INTERVAL = ofSeconds(1);
    public static final Duration DEFAULT_MAX_REPLICA_LAG = ofSeconds(10);

    public MonitoringConfig {
        Require.between("monitoring.probeInterval", probeInterval, ofMillis(20), ofMinutes(1), "the default is 500 ms");
        Require.between("monitoring.probeTimeout", probeTimeout, ofMillis(50), ofMinutes(1), "the default is 1 s");
        Require.between("monitoring.healthInterval", healthInterval, ofMillis(50), ofMinutes(5), "the default is 1 s");
        Require.between("monitoring.maxReplicaLag", maxReplicaLag, ofMillis(1), ofMinutes(60), "the default is 10 s");
    }

    public static MonitoringConfig defaults() {
        return new MonitoringConfig(
                DEFAULT_PROBE_INTERVAL, DEFAULT_PROBE_TIMEOUT, DEFAULT_HEALTH_INTERVAL, DEFAULT_MAX_REPLICA_LAG);
    }

    public MonitoringConfig withProbeInterval(Duration interval) {
        return new MonitoringConfig(interval, probeTimeout, healthInterval, maxReplicaLag);
    }

    public MonitoringConfig withProbeTimeout(Duration timeout) {
        return new MonitoringConfig(probeInterval, timeout, healthInterval, maxReplicaLag);
    }

    public MonitoringConfig withHealthInterval(Duration interval) {
        return new MonitoringConfig(probeInterval, probeTimeout, interval, maxReplicaLag);
    }

    public MonitoringConfig withMaxReplicaLag(Duration lag) {
        return new MonitoringConfig(probeInterval, probeTimeout, healthInterval, lag);
    }
}
