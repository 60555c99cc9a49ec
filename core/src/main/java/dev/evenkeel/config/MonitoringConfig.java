package dev.evenkeel.config;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import java.time.Duration;

/**
 * How closely the nodes are watched. Immutable.
 *
 * @param probeInterval time between two probes of a node; default 500 ms
 * @param probeTimeout a probe without an answer for so long has failed, and a node after two of them, so within 2.1 s with
 *     the defaults; default 800 ms
 * @param healthInterval time between two snapshots of the health stream; default 1 s
 * @param maxReplicaLag a replica further behind serves only reads of {@code EVENTUAL} consistency; default 10 s
 * @param replicaWait how long a read of own writes waits for a replica that is a little behind before it goes to the
 *     primary; zero for not at all; default 50 ms
 */
public record MonitoringConfig(
        Duration probeInterval,
        Duration probeTimeout,
        Duration healthInterval,
        Duration maxReplicaLag,
        Duration replicaWait) {

    public static final Duration DEFAULT_PROBE_INTERVAL = ofMillis(500);
    public static final Duration DEFAULT_PROBE_TIMEOUT = ofMillis(800);
    public static final Duration DEFAULT_HEALTH_INTERVAL = ofSeconds(1);
    public static final Duration DEFAULT_MAX_REPLICA_LAG = ofSeconds(10);
    public static final Duration DEFAULT_REPLICA_WAIT = ofMillis(50);

    public MonitoringConfig {
        Require.between("monitoring.probeInterval", probeInterval, ofMillis(20), ofMinutes(1), "the default is 500 ms");
        Require.between("monitoring.probeTimeout", probeTimeout, ofMillis(50), ofMinutes(1), "the default is 800 ms");
        Require.between("monitoring.healthInterval", healthInterval, ofMillis(50), ofMinutes(5), "the default is 1 s");
        Require.between("monitoring.maxReplicaLag", maxReplicaLag, ofMillis(1), ofMinutes(60), "the default is 10 s");
        Require.between("monitoring.replicaWait", replicaWait, Duration.ZERO, ofSeconds(10), "the default is 50 ms");
    }

    public static MonitoringConfig defaults() {
        return new MonitoringConfig(
                DEFAULT_PROBE_INTERVAL,
                DEFAULT_PROBE_TIMEOUT,
                DEFAULT_HEALTH_INTERVAL,
                DEFAULT_MAX_REPLICA_LAG,
                DEFAULT_REPLICA_WAIT);
    }

    /**
     * Notices a server that has gone silent within about a second instead of two, at the price of more probes and of
     * taking one for lost that was only slow: probes every 200 ms, which have 400 ms to be answered.
     */
    public static MonitoringConfig aggressive() {
        return defaults().withProbeInterval(ofMillis(200)).withProbeTimeout(ofMillis(400));
    }

    public MonitoringConfig withProbeInterval(Duration interval) {
        return new MonitoringConfig(interval, probeTimeout, healthInterval, maxReplicaLag, replicaWait);
    }

    public MonitoringConfig withProbeTimeout(Duration timeout) {
        return new MonitoringConfig(probeInterval, timeout, healthInterval, maxReplicaLag, replicaWait);
    }

    public MonitoringConfig withHealthInterval(Duration interval) {
        return new MonitoringConfig(probeInterval, probeTimeout, interval, maxReplicaLag, replicaWait);
    }

    public MonitoringConfig withMaxReplicaLag(Duration lag) {
        return new MonitoringConfig(probeInterval, probeTimeout, healthInterval, lag, replicaWait);
    }

    public MonitoringConfig withReplicaWait(Duration wait) {
        return new MonitoringConfig(probeInterval, probeTimeout, healthInterval, maxReplicaLag, wait);
    }
}
