package dev.evenkeel.assembly;

import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.node.NodePool;
import dev.evenkeel.topology.NodeState;
import dev.evenkeel.topology.Topology;
import dev.evenkeel.tx.CommitOutcomes;
import dev.evenkeel.tx.LostCommits;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * What a running manager does now and then, beside watching its nodes: it keeps the pools warm, sweeps old commit markers away,
 * and after a failover it reports what was lost.
 */
final class Upkeep {

    private static final Logger log = LoggerFactory.getLogger(Upkeep.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration BETWEEN_SWEEPS = Duration.ofMinutes(10);

    private final CommitOutcomes outcomes;
    private final LostCommits lost;
    private final Topology topology;
    private final Map<String, NodePool> pools;
    private final DatabaseListener listener;
    private final Scheduler timer;
    private final Disposable.Composite running = Disposables.composite();

    Upkeep(
            CommitOutcomes outcomes,
            LostCommits lost,
            Topology topology,
            Map<String, NodePool> pools,
            DatabaseListener listener,
            Scheduler timer) {
        this.outcomes = outcomes;
        this.lost = lost;
        this.topology = topology;
        this.pools = pools;
        this.listener = listener;
        this.timer = timer;
    }

    void start() {
        Mono<Void> untilUsed =
                Mono.delay(LOOK, timer).repeat(() -> !outcomes.isUsed()).then();
        Mono<Long> sweep = outcomes.sweep().onErrorResume(failure -> {
            log.debug("Old commit markers stay for now", failure);
            return Mono.just(0L);
        });
        running.add(Mono.delay(LOOK, timer)
                .thenMany(Flux.defer(this::keepWarm))
                .repeat()
                .subscribe());
        running.add(lost.reports().subscribe(listener::onTopologyChanged));
        running.add(untilUsed
                .thenMany(sweep.then(Mono.delay(BETWEEN_SWEEPS, timer)).repeat())
                .subscribe());
    }

    /** A server that does not answer is left alone until it does. */
    private Flux<Void> keepWarm() {
        return Flux.fromIterable(topology.view().nodes())
                .filter(NodeState::answers)
                .flatMap(node -> Objects.requireNonNull(pools.get(node.name())).keepWarm());
    }

    void stop() {
        running.dispose();
    }
}
