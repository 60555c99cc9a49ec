package dev.evenkeel.topology;

import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.PrimaryChanged;
import dev.evenkeel.node.Opening;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Watches the servers and knows who is primary and how far behind the others are. Thread-safe; reading it costs nothing.
 *
 * <p>Every node is probed on a rhythm of its own, so that one that hangs does not delay the others. Each answer makes a new
 * {@link ClusterView}.
 */
public final class Topology {

    private static final Logger log = LoggerFactory.getLogger(Topology.class);

    private final List<NodeProbe> probes;
    private final MonitoringConfig config;
    private final DatabaseListener listener;
    private final WriteHorizon horizon;
    private final Scheduler timer;
    private final Disposable.Composite running = Disposables.composite();
    private final Sinks.Many<ClusterView> changes = Sinks.many().multicast().directBestEffort();
    private volatile ClusterView view;
    private long highestTimeline;

    /** The {@code openings} say how to reach each server, by {@code host:port}, in the order of the configuration. */
    public Topology(
            Map<String, Opening> openings,
            MonitoringConfig config,
            DatabaseListener listener,
            WriteHorizon horizon,
            Scheduler timer) {
        this.config = config;
        this.listener = listener;
        this.horizon = horizon;
        this.timer = timer;
        this.probes = openings.entrySet().stream()
                .map(node -> new NodeProbe(node.getKey(), node.getValue(), config.probeTimeout(), timer))
                .toList();
        this.view = new ClusterView(probes.stream().map(NodeProbe::last).toList(), null);
    }

    public ClusterView view() {
        return view;
    }

    /** A view each time that a role or the primary changed. Slow subscribers miss views. */
    public Flux<ClusterView> changes() {
        return changes.asFlux();
    }

    /** Probes all servers now and emits the view after the last answer. Never an error. */
    public Mono<ClusterView> probeAll() {
        return together(NodeProbe::probe);
    }

    /** The same within the bound of one probe: a server that is slower counts as silent. */
    public Mono<ClusterView> probeSoon() {
        return together(NodeProbe::probeSoon);
    }

    private Mono<ClusterView> together(Function<NodeProbe, Mono<NodeState>> question) {
        return Flux.fromIterable(probes)
                .flatMap(question, Math.max(1, probes.size()))
                .doOnNext(this::update)
                .then(Mono.fromSupplier(this::view));
    }

    /** Begins to probe on the configured rhythm. */
    public void start() {
        probes.forEach(probe -> running.add(rhythm(probe).subscribe()));
    }

    private Flux<NodeState> rhythm(NodeProbe probe) {
        return Mono.delay(config.probeInterval(), timer)
                .then(Mono.defer(probe::probe))
                .doOnNext(this::update)
                .repeat();
    }

    private synchronized void update(NodeState answer) {
        highestTimeline = Math.max(highestTimeline, answer.answers() ? answer.timeline() : 0);
        List<NodeState> nodes = probes.stream().map(NodeProbe::last).toList();
        NodeState primary = PrimaryElection.elect(nodes, highestTimeline);
        ClusterView before = view;
        view = new ClusterView(nodes, primary);
        if (primary != null && primary.name().equals(answer.name())) {
            horizon.sampled(answer.sampledNanos(), answer.written());
        }
        if (!Objects.equals(name(before.primary()), name(primary))) {
            announce(before.primary(), primary);
        }
        if (!roles(before).equals(roles(view))) {
            changes.tryEmitNext(view);
        }
    }

    private void announce(@Nullable NodeState before, @Nullable NodeState now) {
        if (now == null) {
            log.warn("No primary: {} is not one any more; writes wait or fail until one is found", name(before));
        } else {
            log.info("Primary is {} on timeline {}", now.name(), now.timeline());
        }
        listener.onPrimaryChanged(new PrimaryChanged(name(before), name(now), now == null ? 0 : now.timeline()));
    }

    private static @Nullable String name(@Nullable NodeState node) {
        return node == null ? null : node.name();
    }

    private static List<String> roles(ClusterView view) {
        return view.nodes().stream().map(node -> node.name() + node.role()).toList();
    }

    /** Stops probing and closes the probes' connections. */
    public Mono<Void> stop() {
        return Mono.fromRunnable(() -> {
                    running.dispose();
                    changes.tryEmitComplete();
                })
                .then(Flux.fromIterable(probes).flatMap(NodeProbe::end).then());
    }
}
