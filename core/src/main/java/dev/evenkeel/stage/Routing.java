package dev.evenkeel.stage;

import dev.evenkeel.ReadConsistency;
import dev.evenkeel.ReadSession.Need;
import dev.evenkeel.flow.Instead;
import dev.evenkeel.node.NodePool;
import dev.evenkeel.route.Intent;
import dev.evenkeel.route.Routes;
import dev.evenkeel.route.Wish;
import dev.evenkeel.topology.ClusterView;
import dev.evenkeel.topology.Topology;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Gives the call its node. Decides on what is known and asks nobody. If nobody can serve it, it waits for the next view that
 * shows somebody, as long as it would wait for a connection; a read whose replicas are a little behind waits a moment for
 * them before it burdens the primary. If the choice is overtaken while the call waits for a connection, it chooses again.
 */
final class Routing implements Step {

    private final Topology topology;
    private final Contacts contacts;
    private final Map<String, NodePool> pools;
    private final WaitingRoom room;
    private final Duration replicaWait;
    private final Scheduler timer;
    private final AtomicInteger draws = new AtomicInteger();

    Routing(Parts parts, WaitingRoom room) {
        this.topology = parts.topology();
        this.contacts = parts.contacts();
        this.pools = Map.copyOf(parts.pools());
        this.room = room;
        this.replicaWait = parts.config().monitoring().replicaWait();
        this.timer = parts.timer();
    }

    @Override
    public <T> Flux<T> apply(Call<T> call, Next next) {
        return Flux.defer(() -> {
            ClusterView view = topology.view();
            Need need = contacts.need(call);
            Optional<Chosen> chosen = choose(view, call, need);
            if (chosen.isEmpty()) {
                return room.wait(call, later(call)).flatMapMany(node -> proceed(call, node, next));
            }
            return isBurden(view, call, chosen.get().name())
                    ? aMoment(call, need, chosen.get()).flatMapMany(node -> proceed(call, node, next))
                    : proceed(call, chosen.get(), next);
        });
    }

    private <T> Flux<T> proceed(Call<T> call, Chosen chosen, Next next) {
        String node = chosen.name();
        call.trace().routedTo(node);
        return new Instead<>(
                next.proceed(call.at(pool(node), chosen.started(), isGuest(call, node))),
                error -> error instanceof Overtaken ? apply(call, next) : null);
    }

    /** With replicas configured, a read on the primary is one that found none: all of them together must not drown it. */
    private boolean isGuest(Call<?> call, String node) {
        return pools.size() > 1
                && call.terms().wish().mayUseReplica()
                && topology.view().isPrimary(node);
    }

    private Optional<Chosen> choose(ClusterView view, Call<?> call, Need need) {
        return Routes.choose(
                        view,
                        call.terms().wish(),
                        need,
                        name -> pool(name).cost(),
                        draws.getAndIncrement() & Integer.MAX_VALUE)
                .map(name -> Chosen.in(view, name));
    }

    /** The first node that can serve the call; never completes without one. */
    private Mono<Chosen> later(Call<?> call) {
        return topology.updates()
                .<Chosen>handle(
                        (view, found) -> choose(view, call, contacts.need(call)).ifPresent(found::next))
                .next();
    }

    /** A read that a replica could serve, were it not a little behind. */
    private boolean isBurden(ClusterView view, Call<?> call, String chosen) {
        Wish wish = call.terms().wish();
        return wish.intent() == Intent.READ
                && wish.consistency() == ReadConsistency.READ_YOUR_WRITES
                && !view.replicas().isEmpty()
                && view.isPrimary(chosen);
    }

    /** While the position of a write is not known there is nothing to wait for; the next read will find it known. */
    private Mono<Chosen> aMoment(Call<?> call, Need need, Chosen primary) {
        if (need.only() != null) {
            topology.hurry(need.only().isEmpty() ? primary.name() : need.only());
            return Mono.just(primary);
        }
        if (need.floor() == null || replicaWait.isZero()) {
            return Mono.just(primary);
        }
        topology.view().replicas().forEach(replica -> topology.hurry(replica.name()));
        return later(call)
                .filter(node -> !node.name().equals(primary.name()))
                .repeatWhenEmpty(again -> again)
                .timeout(replicaWait, Mono.just(primary), timer);
    }

    private NodePool pool(String name) {
        return Objects.requireNonNull(pools.get(name), name);
    }
}
