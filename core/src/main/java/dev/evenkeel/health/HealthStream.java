package dev.evenkeel.health;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.node.NodePool;
import dev.evenkeel.topology.ClusterView;
import dev.evenkeel.topology.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
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
    private final SchemaVerdict schema;
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
        this.schema = new SchemaVerdict(config.probeTimeout(), timer);
        this.shared = Flux.merge(
                        Flux.interval(Duration.ZERO, config.healthInterval(), timer)
                                .map(tick -> topology.view()),
                        topology.changes(),
                        schema.changes().map(verdict -> topology.view()))
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
        return Mono.zip(topology.probeSoon(), schema.soon()).map(seen -> snapshot(seen.getT1()));
    }

    private HealthSnapshot snapshot(ClusterView view) {
        return diagnosis.of(view, schema.latest(), Instant.now());
    }

    /** Who says how the schema is. */
    public SchemaVerdict schema() {
        return schema;
    }

    /** Completes the stream for all its subscribers. */
    public void close() {
        closed.tryEmitEmpty();
    }
}
