package dev.evenkeel.stage;

import dev.evenkeel.config.PoolConfig;
import dev.evenkeel.error.ErrorType;
import dev.evenkeel.error.Failure;
import dev.evenkeel.error.NodeUnavailableException;
import dev.evenkeel.route.Wish;
import dev.evenkeel.topology.ClusterView;
import dev.evenkeel.topology.NodeState;
import dev.evenkeel.topology.Topology;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Where calls wait while no server can serve them, as in a failover: no more of them, and no longer, than would wait for a
 * connection. Thread-safe.
 */
final class WaitingRoom {

    private final Topology topology;
    private final PoolConfig limits;
    private final Scheduler timer;
    private final AtomicInteger inside = new AtomicInteger();

    WaitingRoom(Topology topology, PoolConfig limits, Scheduler timer) {
        this.topology = topology;
        this.limits = limits;
        this.timer = timer;
    }

    /** Emits what {@code found} emits, or an error when that takes too long or too many wait already. */
    <T> Mono<T> wait(Call<?> call, Mono<T> found) {
        return Mono.defer(() -> {
            if (inside.incrementAndGet() > limits.maxQueue()) {
                inside.decrementAndGet();
                return Mono.error(nobody(call));
            }
            return found.timeout(bound(call), Mono.error(() -> nobody(call)), timer)
                    .doFinally(end -> inside.decrementAndGet());
        });
    }

    private Duration bound(Call<?> call) {
        Duration remaining = call.deadline().remaining(timer);
        return remaining.compareTo(limits.acquireTimeout()) < 0 ? remaining : limits.acquireTimeout();
    }

    /** It has waited already: another attempt would only wait once more. */
    private NodeUnavailableException nobody(Call<?> call) {
        ClusterView view = topology.view();
        Wish wish = call.terms().wish();
        String states = view.nodes().stream().map(WaitingRoom::describe).collect(Collectors.joining(", "));
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
