package dev.evenkeel.topology;

import dev.evenkeel.Lsn;
import dev.evenkeel.ReadSession;
import dev.evenkeel.ReadToken;
import dev.evenkeel.config.MonitoringConfig;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.TopologyEvent;
import dev.evenkeel.node.Opening;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
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
 * <p>Every node is probed on a rhythm of its own, so that one that hangs does not delay the others: as configured, every
 * 100 ms while there is no primary, and soon after somebody had trouble with a node or waits for a replica. Each answer makes
 * a new {@link ClusterView}.
 */
public final class Topology {

    private static final Logger log = LoggerFactory.getLogger(Topology.class);
    private static final Duration SEARCH = Duration.ofMillis(100);

    private final List<NodeProbe> probes;
    private final Map<String, ProbeRhythm> rhythms;
    private final MonitoringConfig config;
    private final DatabaseListener listener;
    private final Scheduler timer;
    private final PositionHistory positions = new PositionHistory();
    private final ClusterHistory history;
    private final Disposable.Composite running = Disposables.composite();
    private final Sinks.Many<ClusterView> updates = Sinks.many().multicast().directBestEffort();
    private final Sinks.Many<TopologyEvent> events = Sinks.many().multicast().directBestEffort();
    private volatile ClusterView view;

    /** The {@code openings} say how to reach each server, by {@code host:port}, in the order of the configuration. */
    public Topology(
            Map<String, Opening> openings, MonitoringConfig config, DatabaseListener listener, Scheduler timer) {
        this.config = config;
        this.listener = listener;
        this.timer = timer;
        this.probes = openings.entrySet().stream()
                .map(node -> new NodeProbe(node.getKey(), node.getValue(), config.probeTimeout(), timer))
                .toList();
        this.rhythms = probes.stream()
                .collect(Collectors.toUnmodifiableMap(
                        NodeProbe::name, probe -> new ProbeRhythm(probe, this::usualPause, timer)));
        this.history = new ClusterHistory(states(), config.maxReplicaLag());
        this.view = history.view();
    }

    private List<NodeState> states() {
        return probes.stream().map(NodeProbe::last).toList();
    }

    private Duration usualPause() {
        Duration interval = config.probeInterval();
        return view.primary() != null || interval.compareTo(SEARCH) < 0 ? interval : SEARCH;
    }

    public ClusterView view() {
        return view;
    }

    /** Where the nodes were at their last probes. */
    public ReadSession.Positions positions() {
        return this::positionAfter;
    }

    /**
     * The last moment at which a former primary was seen at a position that its successor has reached: what was acknowledged
     * before is safe. Long ago when there was none.
     */
    public long lastSeenBefore(String former, long successorTimeline, Lsn reached) {
        return positions.lastBefore(former, successorTimeline, reached);
    }

    /** What was written or seen on a node that is gone can be asked of the primary only. */
    private @Nullable ReadToken positionAfter(String name, long nanos) {
        ReadToken own = positions.after(name, nanos);
        NodeState primary = view.primary();
        boolean gone =
                !view.node(name).filter(NodeState::answers).isPresent() || positions.isReplacedSince(name, nanos);
        return own == null && gone && primary != null ? positions.ofPrimaryAfter(primary.name(), nanos) : own;
    }

    /** The view after each answer. Slow subscribers miss views; none of them holds up the others or the probes. */
    public Flux<ClusterView> updates() {
        return updates.asFlux().publishOn(timer);
    }

    /** What the listener is told. Slow subscribers miss events. */
    public Flux<TopologyEvent> events() {
        return events.asFlux();
    }

    /** A view each time that a role, the primary or a list of the view has changed. Slow subscribers miss views. */
    public Flux<ClusterView> changes() {
        return Flux.defer(() -> {
            long now = view.generation();
            return updates().filter(next -> next.generation() != now).distinctUntilChanged(ClusterView::generation);
        });
    }

    /** Somebody had trouble with this node, or wants to know how far it is: it is probed at once. */
    public void hurry(String node) {
        ProbeRhythm rhythm = rhythms.get(node);
        if (rhythm != null) {
            rhythm.hurry();
        }
    }

    /**
     * Somebody has lost a connection to this node. Of a server that is dying one session after the other ends, and the probe's own may
     * be the last; whether it is still there is told by a new one.
     */
    public void doubt(String node) {
        probes.stream().filter(probe -> probe.name().equals(node)).forEach(NodeProbe::askAnew);
        hurry(node);
    }

    /**
     * Whether a new connection to a node leads to the server that the probe has seen. If not, the name leads elsewhere by
     * now, or the server was restarted since: then it is probed anew, as new connections see it.
     *
     * @param started of the server at the other end
     */
    public boolean hasSeen(String node, long started) {
        boolean seen =
                view.node(node).filter(state -> state.started() == started).isPresent();
        if (!seen) {
            doubt(node);
        }
        return seen;
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

    /** Where the primary is now: an answer to a question that is asked from now on. */
    public Mono<ReadToken> primaryPosition() {
        return Mono.defer(() -> {
                    long now = System.nanoTime();
                    return Flux.concat(probeSoon(), probeSoon())
                            .mapNotNull(ClusterView::primary)
                            .filter(primary -> primary.sampledNanos() - now > 0)
                            .next();
                })
                .map(primary -> new ReadToken(primary.systemId(), primary.timeline(), primary.written()))
                .switchIfEmpty(Mono.error(() -> new NodeUnavailableException(Failure.of(
                                "NO_PRIMARY",
                                ErrorType.CONNECTION,
                                "No primary says how far it is",
                                "try again once there is one")
                        .retryable(true))));
    }

    /** Begins to probe on the configured rhythm. */
    public void start() {
        rhythms.values()
                .forEach(rhythm ->
                        running.add(rhythm.answers().doOnNext(this::update).subscribe()));
    }

    /** Says that this node is the primary although a later timeline was seen: what was written on that one is given up. */
    public synchronized Mono<ClusterView> accept(String node) {
        view.node(node).filter(NodeState::answers).ifPresent(history::accept);
        return probeSoon();
    }

    private synchronized void update(NodeState answer) {
        if (answer.answers()) {
            positions.add(answer);
        }
        List<TopologyEvent> news = history.look(states(), System.nanoTime());
        view = history.view();
        for (TopologyEvent event : news) {
            announce(event);
        }
        updates.tryEmitNext(view);
    }

    private void announce(TopologyEvent event) {
        if (event instanceof TopologyEvent.PrimaryElected elected) {
            log.info("Primary is {} on timeline {}", elected.node(), elected.timeline());
        } else if (event instanceof TopologyEvent.PrimaryLost lost) {
            log.warn("No primary: {} is lost ({}); writes wait until one is found", lost.node(), lost.reason());
        } else if (event instanceof TopologyEvent.NodeQuarantined kept) {
            log.warn("{} is not used: it {}", kept.node(), kept.reason());
        } else if (event instanceof TopologyEvent.TimelineWentBack back) {
            log.error(
                    "The cluster went back from timeline {} to {} on {}: {}; what was written on the later one is lost",
                    back.from(),
                    back.to(),
                    back.node(),
                    back.evidence());
        } else {
            log.debug("{}", event);
        }
        listener.onTopologyChanged(event);
        events.tryEmitNext(event);
    }

    /** Stops probing and closes the probes' connections. */
    public Mono<Void> stop() {
        return Mono.fromRunnable(() -> {
                    running.dispose();
                    updates.tryEmitComplete();
                    events.tryEmitComplete();
                })
                .then(Flux.fromIterable(probes).flatMap(NodeProbe::end).then());
    }
}
