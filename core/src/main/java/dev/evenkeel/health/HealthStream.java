package dev.evenkeel.health;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.node.NodePool;
import dev.evenkeel.topology.ClusterView;
import dev.evenkeel.topology.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Snapshots for whoever listens: one computation for all, none for nobody. The nodes are watched anyway, for routing, so a
 * snapshot asks no server.
 */
public final class HealthStream {

    private final Topology topology;
    private final Diagnosis diagnosis;
    private final Scheduler timer;
    private final Sinks.Empty<Void> closed = Sinks.empty();
    private final Flux<HealthSnapshot> shared;

    public HealthStream(
            Topology topology,
            Map<String, NodePool> pools,
            CallStatistics statistics,
            MonitoringConfig config,
            Scheduler timer) {
        this.topology = topology;
        this.diagnosis = new Diagnosis(pools, statistics, config);
        this.timer = timer;
        this.shared = Flux.merge(
                        Flux.interval(Duration.ZERO, config.healthInterval(), timer)
                                .map(tick -> topology.view()),
                        topology.changes())
                .onBackpressureLatest()
                .map(this::snapshot)
                .takeUntilOther(closed.asMono())
                .replay(1)
                .refCount(1)
                .onBackpressureLatest();
    }

    public Flux<HealthSnapshot> stream() {
        return shared;
    }

    /** Probes every node now. */
    public Mono<HealthSnapshot> check() {
        return topology.probeSoon().map(this::snapshot);
    }

    private HealthSnapshot snapshot(ClusterView view) {
        return diagnosis.of(view, Instant.ofEpochMilli(timer.now(TimeUnit.MILLISECONDS)));
    }

    /** Completes the stream for all its subscribers. */
    public void close() {
        closed.tryEmitEmpty();
    }
}
