package dev.evenkeel.stage;

import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.node.NodePool;
import dev.evenkeel.route.Routes;
import dev.evenkeel.route.Wish;
import dev.evenkeel.topology.ClusterView;
import dev.evenkeel.topology.NodeState;
import dev.evenkeel.topology.Topology;
import dev.evenkeel.topology.WriteHorizon;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Gives the call its node. Decides on what is known; asks nobody. */
final class Routing implements Step {

    private final Topology topology;
    private final WriteHorizon horizon;
    private final Map<String, NodePool> pools;
    private final AtomicInteger turns = new AtomicInteger();

    Routing(Topology topology, WriteHorizon horizon, Map<String, NodePool> pools) {
        this.topology = topology;
        this.horizon = horizon;
        this.pools = Map.copyOf(pools);
    }

    @Override
    public <T> Flux<T> apply(Call<T> call, Next next) {
        ClusterView view = topology.view();
        Optional<String> chosen = Routes.choose(
                view,
                call.terms().wish(),
                horizon.required(),
                name -> pool(name).inUse(),
                turns.getAndIncrement());
        if (chosen.isEmpty()) {
            return Flux.error(nobody(view, call));
        }
        call.trace().routedTo(chosen.get());
        return next.proceed(call.at(pool(chosen.get())));
    }

    private NodePool pool(String name) {
        return Objects.requireNonNull(pools.get(name), name);
    }

    private static NodeUnavailableException nobody(ClusterView view, Call<?> call) {
        Wish wish = call.terms().wish();
        String states = view.nodes().stream().map(Routing::describe).collect(Collectors.joining(", "));
        return new NodeUnavailableException(Failure.of(
                        "NO_NODE",
                        ErrorType.CONNECTION,
                        "No server can serve a %s now: %s"
                                .formatted(wish.intent().name().toLowerCase(Locale.ROOT), states),
                        "wait: the call may be repeated, a new primary is used as soon as it answers",
                        "check the servers that are listed as silent")
                .retryable(true)
                .causedBy(firstProblem(view))
                .in(call.trace().requestId()));
    }

    private static String describe(NodeState node) {
        return node.name() + " is " + (node.answers() ? node.role().name().toLowerCase(Locale.ROOT) : "silent");
    }

    private static @Nullable Throwable firstProblem(ClusterView view) {
        return view.nodes().stream()
                .map(NodeState::problem)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
