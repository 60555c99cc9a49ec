package dev.evenkeel.spring.page;

import dev.evenkeel.DatabaseMetrics;
import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.HealthSnapshot.Node;
import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.HealthSnapshot.State;
import dev.evenkeel.PoolMetrics;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Where the parts put what they found, and frames are taken from. Thread-safe; remembers five minutes of points. */
final class Board {

    static final int POINTS = 300;

    private final Map<String, Rows> tables = new ConcurrentHashMap<>();
    private final Deque<Sample> samples = new ArrayDeque<>();
    private volatile @Nullable HealthSnapshot health;

    void put(String table, Rows rows) {
        tables.put(table, rows);
    }

    void put(HealthSnapshot snapshot) {
        health = snapshot;
    }

    synchronized Frame frame(long now, Traffic.Look traffic, DatabaseMetrics metrics, List<Entry> events) {
        HealthSnapshot latest = health;
        PoolMetrics pools = metrics.pools().values().stream().reduce(PoolMetrics.EMPTY, PoolMetrics::plus);
        if (samples.size() == POINTS) {
            samples.removeFirst();
        }
        samples.addLast(new Sample(
                now,
                traffic.statements(),
                traffic.errors(),
                traffic.p50(),
                traffic.p99(),
                pools.active(),
                pools.max(),
                pools.waiting(),
                latest == null ? Map.of() : lag(latest)));
        return new Frame(
                List.copyOf(samples), latest == null ? null : Situation.of(latest), events, Map.copyOf(tables));
    }

    private static Map<String, Double> lag(HealthSnapshot snapshot) {
        return snapshot.nodes().stream()
                .filter(node -> node.role() == Role.REPLICA && node.state() != State.DOWN)
                .collect(Collectors.toMap(Node::name, node -> Millis.of(node.lag())));
    }
}
