package dev.evenkeel.stage;

import dev.evenkeel.error.ConnectionLostException;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.error.SqlState;
import dev.evenkeel.error.TransactionConflictException;
import dev.evenkeel.event.CallRetried;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.flow.Instead;
import dev.evenkeel.flow.Only;
import dev.evenkeel.node.NodePool;
import dev.evenkeel.topology.ClusterView;
import dev.evenkeel.topology.Topology;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Subscribes to the road below again, with a fresh node and a fresh connection, if the error is safe to retry, no row has
 * reached the caller, the deadline leaves time for it, and repeats are still a small share of all calls. Not counted are
 * conflicts between transactions, and the first repeat of a call that lost its connection.
 *
 * <p>After the loss of a connection the node is probed at once, and the call goes on as soon as the answer tells whether the
 * node is still there; the configured wait is for when nothing new is heard.
 */
final class Retrying implements Step {

    private final RetryBudget budget;
    private final Topology topology;
    private final DatabaseListener listener;
    private final Map<String, NodePool> pools;
    private final Scheduler timer;

    Retrying(Parts parts) {
        this.budget = parts.budget();
        this.topology = parts.topology();
        this.listener = parts.listener();
        this.pools = Map.copyOf(parts.pools());
        this.timer = parts.timer();
    }

    @Override
    public <T> Flux<T> apply(Call<T> call, Next next) {
        budget.called();
        return attempt(call, next, 0);
    }

    private <T> Flux<T> attempt(Call<T> call, Next next, int retries) {
        call.trace().nextAttempt();
        Flux<T> result = next.proceed(call);
        return new Instead<>(call.single() ? Only.of(result) : result, failure -> again(call, next, retries, failure));
    }

    private <T> @Nullable Flux<T> again(Call<T> call, Next next, int retries, Throwable failure) {
        boolean trouble = isTrouble(failure);
        String node = call.trace().node();
        if (trouble && node != null) {
            topology.doubt(node);
            if (retries > 0) {
                distrust(node);
            }
        }
        return Retries.waitAfter(failure, retries, call.terms().retry())
                .filter(wait -> worthIt(call, failure, retries, trouble ? Duration.ZERO : wait))
                .map(wait -> told(call, retries, failure, wait))
                .map(wait -> trouble ? untilKnown(node, wait) : Mono.delay(wait, timer))
                .map(pause -> pause.thenMany(Flux.defer(() -> attempt(call, next, retries + 1))))
                .orElse(null);
    }

    /**
     * It was not the end of a single session. Whatever has ended two of them, such as a device on the way that has forgotten its
     * connections, has likely ended all that were open then, and the next attempt would meet a third.
     */
    private void distrust(String node) {
        NodePool pool = pools.get(node);
        if (pool != null) {
            pool.distrust();
        }
    }

    private Duration told(Call<?> call, int retries, Throwable failure, Duration wait) {
        String code = failure instanceof DatabaseException known
                ? known.code()
                : failure.getClass().getSimpleName();
        listener.onCallRetried(
                new CallRetried(call.trace().requestId(), call.terms().label(), retries + 1, code));
        return wait;
    }

    private boolean worthIt(Call<?> call, Throwable failure, int retries, Duration wait) {
        return call.trace().isRepeatable()
                && call.deadline().remaining(timer).compareTo(wait) > 0
                && (isNoAmplifier(failure, retries) || budget.take());
    }

    /**
     * A conflict does not come from a server in trouble, and neither does the end of a single session. Whether the server itself
     * is gone the call cannot see: so one repeat is free, as gRPC and HTTP clients grant it, and it waits for the probe and in the
     * pool's queue like any other. Whoever loses a second connection is counted.
     */
    private static boolean isNoAmplifier(Throwable failure, int retries) {
        return failure instanceof TransactionConflictException
                || (failure instanceof ConnectionLostException && retries == 0);
    }

    /** What puts the node itself in doubt: it is gone, or it is not the primary any more. */
    private boolean isTrouble(Throwable failure) {
        if (!(failure instanceof DatabaseException known)) {
            return false;
        }
        SqlState state = SqlState.of(known.code());
        return state.endsConnection() || state == SqlState.READ_ONLY_NODE;
    }

    private Mono<?> untilKnown(@Nullable String node, Duration wait) {
        long failed = System.nanoTime();
        Mono<ClusterView> known = topology.updates()
                .filter(view -> node != null && isKnown(view, node, failed))
                .next();
        return Mono.firstWithSignal(Mono.delay(wait, timer), known);
    }

    /** It has answered since, or it is known not to answer. */
    private static boolean isKnown(ClusterView view, String node, long failed) {
        return view.node(node)
                .filter(state -> !state.answers() || state.sampledNanos() - failed > 0)
                .isPresent();
    }
}
