package dev.evenkeel.monitoring.meter;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.HealthSnapshot.Node;
import dev.evenkeel.HealthSnapshot.Role;
import dev.evenkeel.HealthSnapshot.State;
import dev.evenkeel.HealthStatus;
import dev.evenkeel.LaneMetrics;
import dev.evenkeel.PoolMetrics;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.config.NodeConfig;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What a scrape reads of the nodes: from the latest snapshot, so that it asks no server. Thread-safe. */
final class NodeGauges {

    private final ReactiveDatabaseManager db;
    private volatile @Nullable HealthSnapshot latest;

    NodeGauges(ReactiveDatabaseManager db, Meters meters) {
        this.db = db;
        int queue = db.config().pool().maxQueue();
        for (NodeConfig node : db.config().nodes()) {
            String name = node.name();
            pool(meters, DatabaseMeter.POOL_ACQUIRED, name, PoolMetrics::active);
            pool(meters, DatabaseMeter.POOL_ALLOCATED, name, pool -> pool.active() + pool.idle());
            pool(meters, DatabaseMeter.POOL_IDLE, name, PoolMetrics::idle);
            pool(meters, DatabaseMeter.POOL_PENDING, name, PoolMetrics::waiting);
            pool(meters, DatabaseMeter.POOL_MAX_ALLOCATED, name, PoolMetrics::max);
            pool(meters, DatabaseMeter.POOL_MAX_PENDING, name, pool -> queue);
            lanes(meters, DatabaseMeter.LANES_OPEN, name, LaneMetrics::open);
            lanes(meters, DatabaseMeter.LANES_QUERIES, name, LaneMetrics::queries);
            node(meters, DatabaseMeter.NODE_UP, name, NodeGauges::up);
            node(meters, DatabaseMeter.NODE_PRIMARY, name, NodeGauges::primary);
            node(meters, DatabaseMeter.NODE_TIMELINE, name, Node::timeline);
            node(meters, DatabaseMeter.REPLICA_LAG, name, NodeGauges::lagSeconds);
            node(meters, DatabaseMeter.REPLICA_LAG_BYTES, name, Node::lagBytes);
        }
        meters.gauge(DatabaseMeter.HEALTH, this, NodeGauges::health);
    }

    void see(HealthSnapshot snapshot) {
        latest = snapshot;
    }

    private void pool(Meters meters, DatabaseMeter meter, String name, ToDoubleFunction<PoolMetrics> value) {
        meters.gauge(
                meter,
                db,
                manager -> value.applyAsDouble(manager.metrics().pools().getOrDefault(name, PoolMetrics.EMPTY)),
                name);
    }

    private void lanes(Meters meters, DatabaseMeter meter, String name, ToDoubleFunction<LaneMetrics> value) {
        meters.gauge(
                meter,
                db,
                manager -> value.applyAsDouble(manager.metrics().lanes().getOrDefault(name, LaneMetrics.EMPTY)),
                name);
    }

    private void node(Meters meters, DatabaseMeter meter, String name, ToDoubleFunction<Node> value) {
        meters.gauge(meter, this, gauges -> gauges.read(name, value), name);
    }

    /** Not a number while nothing was seen. */
    private double read(String name, ToDoubleFunction<Node> value) {
        HealthSnapshot seen = latest;
        return seen == null
                ? Double.NaN
                : seen.nodes().stream()
                        .filter(node -> node.name().equals(name))
                        .mapToDouble(value)
                        .findFirst()
                        .orElse(Double.NaN);
    }

    private static double up(Node node) {
        return node.state() == State.UP ? 1 : node.state() == State.LIMITED ? 0.5 : 0;
    }

    private static double primary(Node node) {
        return node.role() == Role.PRIMARY && node.state() == State.UP ? 1 : 0;
    }

    private static double lagSeconds(Node node) {
        return (double) node.lag().toNanos() / TimeUnit.SECONDS.toNanos(1);
    }

    private double health() {
        HealthSnapshot seen = latest;
        return seen == null
                ? Double.NaN
                : seen.status() == HealthStatus.HEALTHY ? 2 : seen.status() == HealthStatus.DEGRADED ? 1 : 0;
    }
}
