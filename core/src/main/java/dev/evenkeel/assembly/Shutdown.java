package dev.evenkeel.assembly;

import dev.evenkeel.health.HealthStream;
import dev.evenkeel.node.Lease;
import dev.evenkeel.node.NodePool;
import dev.evenkeel.stage.Parts;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Ends a manager in order: no new calls, the running ones finish or are stopped, every session is closed. */
final class Shutdown {

    private static final Logger log = LoggerFactory.getLogger(Shutdown.class);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration CANCEL_BOUND = Duration.ofSeconds(1);

    private final Parts parts;
    private final HealthStream health;
    private final Upkeep upkeep;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final Sinks.Empty<Void> done = Sinks.empty();

    Shutdown(Parts parts, HealthStream health, Upkeep upkeep) {
        this.upkeep = upkeep;
        this.parts = parts;
        this.health = health;
    }

    /** Later callers wait for the first. Runs to its end even if its subscriber goes away. */
    Mono<Void> begin(Duration grace) {
        return Mono.defer(() -> {
            if (begun.compareAndSet(false, true)) {
                run(grace).subscribe(nothing -> {}, done::tryEmitError, done::tryEmitEmpty);
            }
            return done.asMono();
        });
    }

    private Mono<Void> run(Duration grace) {
        return Mono.fromRunnable(() -> parts.gate().close())
                .then(idle().timeout(grace, Mono.defer(this::stopWork), parts.timer()))
                .then(Mono.fromRunnable(upkeep::stop))
                .then(Mono.fromRunnable(health::close))
                .then(parts.topology().stop())
                .then(disposePools())
                .doOnSuccess(closed -> log.info("Database manager is shut down"));
    }

    private Mono<Void> idle() {
        return Flux.interval(Duration.ZERO, LOOK, parts.timer())
                .onBackpressureDrop()
                .filter(tick -> parts.gate().inside() == 0 && leases().isEmpty())
                .next()
                .then();
    }

    private Mono<Void> stopWork() {
        Set<Lease> held = new LinkedHashSet<>(leases());
        if (!held.isEmpty() || parts.gate().inside() > 0) {
            log.warn(
                    "Grace period is over: {} calls and {} connections are stopped",
                    parts.gate().inside(),
                    held.size());
        }
        // The pools first: a connection that comes back must not go to a caller who still waits.
        return disposePools()
                .onErrorComplete()
                .thenMany(Flux.defer(() -> {
                    // Also whoever has gone away since: a pool that is closed does not clean what comes back.
                    held.addAll(leases());
                    return Flux.fromIterable(held);
                }))
                .flatMap(lease -> lease.interrupt()
                        .timeout(CANCEL_BOUND, parts.timer())
                        .onErrorComplete()
                        .then(lease.release()))
                .then();
    }

    private Mono<Void> disposePools() {
        return Mono.whenDelayError(
                parts.pools().values().stream().map(NodePool::dispose).toList());
    }

    private List<Lease> leases() {
        return parts.pools().values().stream()
                .flatMap(pool -> pool.leases().stream())
                .toList();
    }
}
