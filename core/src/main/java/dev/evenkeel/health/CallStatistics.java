package dev.evenkeel.health;

import dev.evenkeel.DatabaseMetrics;
import dev.evenkeel.DatabaseMetrics.Latency;
import dev.evenkeel.PoolHistory;
import dev.evenkeel.PoolMetrics;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.event.CallCompleted;
import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.node.NodePool;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** Counts and times every call. Thread-safe and wait-free where calls end. */
public final class CallStatistics implements DatabaseListener {

    private final LongAdder calls = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder cancelled = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final RecentCalls times = new RecentCalls();
    private final RecentCalls leaseWaits = new RecentCalls();
    private final Map<String, RecentCalls> leaseWaitsOfNodes = new ConcurrentHashMap<>();

    @Override
    public void onCallCompleted(CallCompleted event) {
        calls.increment();
        boolean failed = event.outcome() == Outcome.FAILED;
        if (failed) {
            failures.increment();
        } else if (event.outcome() == Outcome.CANCELLED) {
            cancelled.increment();
        }
        retries.add(Math.max(0, event.attempts() - 1));
        // What the user's own function throws is its decision, not the database's failure.
        times.record(event.total(), event.error() instanceof DatabaseException);
        leaseWaits.record(event.leaseWait(), false);
        String node = event.node();
        if (node != null) {
            leaseWaitsOfNodes.computeIfAbsent(node, first -> new RecentCalls()).record(event.leaseWait(), false);
        }
    }

    Latency recent() {
        return times.recent();
    }

    double recentErrorRate() {
        return times.recentErrorRate();
    }

    public DatabaseMetrics metrics(Collection<NodePool> pools) {
        return new DatabaseMetrics(
                calls.sum(),
                failures.sum(),
                cancelled.sum(),
                retries.sum(),
                times.total(),
                leaseWaits.total(),
                pools.stream().collect(Collectors.toMap(NodePool::name, NodePool::state)),
                pools.stream().collect(Collectors.toMap(NodePool::name, this::history)),
                pools.stream()
                        .collect(Collectors.toMap(
                                NodePool::name, pool -> pool.lanes().state())));
    }

    private PoolHistory history(NodePool pool) {
        RecentCalls waits = leaseWaitsOfNodes.getOrDefault(pool.name(), new RecentCalls());
        return new PoolHistory(pool.opened(), pool.closed(), waits.total());
    }

    static PoolMetrics together(Collection<NodePool> pools) {
        return pools.stream().map(NodePool::state).reduce(PoolMetrics.EMPTY, PoolMetrics::plus);
    }
}
