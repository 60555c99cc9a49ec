package dev.evenkeel.assembly;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.Credentials;
import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.config.TlsConfig.Mode;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.FailureClassifier;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.error.Phase;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.Listeners;
import dev.evenkeel.health.CallStatistics;
import dev.evenkeel.health.HealthStream;
import dev.evenkeel.lane.Lane;
import dev.evenkeel.lane.LaneSettings;
import dev.evenkeel.node.ConnectionFactories;
import dev.evenkeel.node.Encryption;
import dev.evenkeel.node.Logins;
import dev.evenkeel.node.NodePool;
import dev.evenkeel.node.Opening;
import dev.evenkeel.stage.Contacts;
import dev.evenkeel.stage.Gate;
import dev.evenkeel.stage.Parts;
import dev.evenkeel.stage.RetryBudget;
import dev.evenkeel.topology.ClusterView;
import dev.evenkeel.topology.NodeState;
import dev.evenkeel.topology.Topology;
import dev.evenkeel.tx.CommitLedger;
import dev.evenkeel.tx.CommitOutcomes;
import dev.evenkeel.tx.LostCommits;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpResources;

/** Builds the parts of a manager, and emits it once the servers have answered and the pools are warm. */
public final class Startup {

    private static final Logger log = LoggerFactory.getLogger(Startup.class);

    /** Of all calls; beyond it a failing server is not asked again. */
    private static final double RETRY_SHARE = 0.1;

    private static final Duration LANE_GRACE = Duration.ofSeconds(1);
    private static final Duration LANE_LOCK_TIMEOUT = Duration.ofSeconds(1);

    private static final Credentials UNKNOWN = new Credentials("unknown", null);

    private final DatabaseConfig config;
    private final Scheduler timer;
    private final long begunNanos = System.nanoTime();
    private final Logins logins;
    private final Map<String, Opening> openings = new LinkedHashMap<>();
    private final Map<String, NodePool> pools = new LinkedHashMap<>();
    private final CallStatistics statistics = new CallStatistics();
    private final Parts parts;
    private final HealthStream health;
    private final Shutdown shutdown;
    private final CommitOutcomes outcomes;
    private final Upkeep upkeep;

    private Startup(DatabaseConfig config, Scheduler timer) {
        this.config = config;
        this.timer = timer;
        this.logins = new Logins(config.credentials(), timer);
        List<DatabaseListener> listeners = new ArrayList<>();
        listeners.add(new Fencing(pools)); // before any code of users, which may be slow
        listeners.addAll(config.listeners());
        listeners.add(statistics);
        CommitLedger ledger = new CommitLedger();
        listeners.add(ledger);
        Listeners listener = new Listeners(listeners);
        for (NodeConfig node : config.nodes()) {
            Opening opening = opening(node);
            openings.put(node.name(), opening);
            pools.put(node.name(), new NodePool(node, config.pool(), lanes(config), opening, listener, timer));
        }
        Topology topology = new Topology(openings, config.monitoring(), listener, timer);
        this.parts = new Parts(
                config,
                new Gate(),
                new RetryBudget(RETRY_SHARE, timer),
                listener,
                topology,
                new Contacts(topology),
                pools,
                timer);
        this.health = new HealthStream(topology, pools, statistics, config.monitoring(), timer);
        this.outcomes = new CommitOutcomes(topology, openings, ledger, listener, timer);
        this.upkeep = new Upkeep(
                outcomes, new LostCommits(ledger, topology, openings, timer), topology, pools, listener, timer);
        this.shutdown = new Shutdown(parts, health, upkeep);
    }

    /** The server gives a statement up only when its caller has had its end. */
    private static LaneSettings lanes(DatabaseConfig config) {
        PoolConfig pool = config.pool();
        return new LaneSettings(
                pool.lanes(),
                config.callTimeout().plus(LANE_GRACE),
                LANE_LOCK_TIMEOUT,
                pool.maxLifetime(),
                Lane.MOST_ON_THE_WIRE + pool.maxQueue());
    }

    /** Behind {@link ReactiveDatabaseManager#start}. */
    public static Mono<ReactiveDatabaseManager> start(DatabaseConfig config) {
        return Mono.defer(() -> new Startup(config, new MonotonicTimer(Schedulers.parallel())).run());
    }

    /** Makes one factory to find out what the driver refuses; the others are made with each connection. */
    private Opening opening(NodeConfig node) {
        Encryption encryption = new Encryption(config.tls(node), node.name(), node.host(), timer);
        factory(node, encryption, config.credentials() == null ? null : UNKNOWN, TcpResources.get());
        return new Opening(
                (login, loops) -> factory(node, encryption, login.orElse(null), loops),
                encryption,
                logins,
                config.pool().connectTimeout(),
                timer);
    }

    private PostgresqlConnectionFactory factory(
            NodeConfig node, Encryption encryption, @Nullable Credentials login, LoopResources loops) {
        return ConnectionFactories.create(
                node, encryption, login, config.pool().connectTimeout(), config.applicationName(), loops);
    }

    /** What protects less than it could is allowed, but not in silence. */
    private void warnOfWeakEncryption() {
        Set<String> told = new HashSet<>();
        for (NodeConfig node : config.nodes()) {
            String setting = config.tls() == null ? node.setting() + " (sslMode)" : "tls";
            Mode mode = config.tls(node).mode();
            if (mode == Mode.UNVERIFIED && told.add(setting)) {
                log.warn(
                        "Setting '{}' encrypts but verifies nothing: whoever is in between can read and change"
                                + " everything. Use verify-full",
                        setting);
            } else if (mode == Mode.VERIFY_CA && told.add(setting)) {
                log.warn(
                        "Setting '{}' does not verify the host name: any server with a certificate of the authority"
                                + " will do. Use verify-full",
                        setting);
            }
        }
    }

    private Mono<ReactiveDatabaseManager> run() {
        warnOfWeakEncryption();
        return parts.topology()
                .probeAll()
                .flatMap(this::requireUsable)
                .then(Mono.defer(this::warmUp))
                .then(Mono.<ReactiveDatabaseManager>fromSupplier(this::running))
                .onErrorResume(failure -> shutdown.begin(Duration.ZERO).then(Mono.error(failure)))
                .doOnCancel(() -> shutdown.begin(Duration.ZERO).subscribe());
    }

    private ReactiveDatabaseManager running() {
        parts.topology().start();
        upkeep.start();
        report(parts.topology().view());
        return new RunningManager(
                parts, statistics, health, shutdown, outcomes, new Inspection(config, openings, timer));
    }

    private Mono<Void> warmUp() {
        return Flux.fromIterable(pools.values())
                .filter(pool -> parts.topology().view().nodes().stream()
                        .anyMatch(node -> node.answers() && node.name().equals(pool.name())))
                .flatMap(pool -> Capacity.check(
                                pool.name(),
                                Objects.requireNonNull(openings.get(pool.name())),
                                config.pool().maxSize(),
                                config.pool().lanes(),
                                timer)
                        .then(pool.warmUp())
                        .onErrorMap(e -> FailureClassifier.classify(e, Phase.CONNECTING, pool.name(), "-")))
                .then();
    }

    private Mono<ClusterView> requireUsable(ClusterView view) {
        boolean degradedIsFine =
                config.allowReplicaOnlyStart() && !view.replicas().isEmpty();
        return view.electedPrimary().isPresent() || degradedIsFine ? Mono.just(view) : Mono.error(noPrimary(view));
    }

    /** A refused login or an unreachable server explains itself better than the absence of a primary does. */
    private DatabaseException noPrimary(ClusterView view) {
        NodeConfig first = config.nodes().get(0);
        Throwable problem = view.nodes().stream()
                .map(NodeState::problem)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        if (problem != null) {
            Throwable known = FailureClassifier.classify(problem, Phase.CONNECTING, first.toString(), "-");
            if (known instanceof DatabaseException typed) {
                return typed;
            }
        }
        String seen = view.nodes().stream()
                .map(node -> node.name() + " is a " + node.role().name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        return new NodeUnavailableException(Failure.of(
                        "NO_PRIMARY",
                        ErrorType.CONNECTION,
                        "No primary among the configured servers: " + seen,
                        "add the URL of the primary as 'primary'",
                        "call allowReplicaOnlyStart() to serve reads until there is one")
                .retryable(true)
                .causedBy(problem));
    }

    private void report(ClusterView view) {
        String roles = view.nodes().stream()
                .map(node -> "%s %s".formatted(node.name(), node.role().name().toLowerCase(Locale.ROOT)))
                .collect(Collectors.joining(", "));
        log.info(
                "Evenkeel is up after {} ms: {}; up to {} connections each",
                Duration.ofNanos(System.nanoTime() - begunNanos).toMillis(),
                roles,
                config.pool().maxSize());
        view.nodes().stream().filter(node -> !node.answers()).forEach(this::warnOf);
    }

    /** A misspelt replica must not go unnoticed because the others serve. */
    private void warnOf(NodeState silent) {
        String setting = config.nodes().stream()
                .filter(node -> node.name().equals(silent.name()))
                .map(NodeConfig::setting)
                .findFirst()
                .orElse("?");
        Throwable problem = silent.problem();
        log.warn(
                "{}, named by '{}', did not answer at the start and is not used until it does{}",
                silent.name(),
                setting,
                problem == null ? "" : ": " + FailureClassifier.reason(problem));
    }
}
