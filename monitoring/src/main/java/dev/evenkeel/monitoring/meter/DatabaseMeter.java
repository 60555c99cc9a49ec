package dev.evenkeel.monitoring.meter;

import java.util.List;

/** All that is measured. {@code docs/metrics.md} has the same table; a test compares the three. */
public enum DatabaseMeter {
    POOL_ACQUIRED("r2dbc.pool.acquired", Kind.GAUGE, "connections that are leased", "name"),
    POOL_ALLOCATED("r2dbc.pool.allocated", Kind.GAUGE, "connections that there are", "name"),
    POOL_IDLE("r2dbc.pool.idle", Kind.GAUGE, "connections that wait for a caller", "name"),
    POOL_PENDING("r2dbc.pool.pending", Kind.GAUGE, "callers that wait for a connection", "name"),
    POOL_MAX_ALLOCATED("r2dbc.pool.max.allocated", Kind.GAUGE, "most connections that there may be", "name"),
    POOL_MAX_PENDING("r2dbc.pool.max.pending", Kind.GAUGE, "most callers that may wait", "name"),
    LANES_OPEN("evenkeel.lanes.open", Kind.GAUGE, "connections that read-only queries share", "node"),
    LANES_QUERIES("evenkeel.lanes.queries", Kind.GAUGE, "queries that wait or run on those", "node"),
    LEASE_WAIT("evenkeel.lease.wait", Kind.TIMER, "time that a call waited for connections", "node"),
    LEASE_HELD("evenkeel.lease.held", Kind.TIMER, "time that a call kept connections", "node"),
    CONNECTION_CREATION("evenkeel.connection.creation", Kind.TIMER, "time that opening a connection took", "node"),
    CONNECTION_CLOSED("evenkeel.connection.closed", Kind.COUNTER, "connections that were closed", "node", "reason"),
    CALLS("evenkeel.calls", Kind.TIMER, "time of whole calls", "node", "intent", "outcome"),
    FAILURES("evenkeel.failures", Kind.COUNTER, "calls that failed, by SQLSTATE or a code of our own", "code"),
    RETRIES("evenkeel.retries", Kind.COUNTER, "calls that were made again, by the code of what had failed", "code"),
    COMMITS("evenkeel.commits", Kind.COUNTER, "transactions that may write, by how they ended", "outcome"),
    COMMITS_LOST(
            "evenkeel.commits.lost", Kind.COUNTER, "acknowledged transactions that a failover has lost, or may have"),
    FAILOVER("evenkeel.failover", Kind.TIMER, "time without a primary, for each change of the primary"),
    NODE_UP(
            "evenkeel.node.up",
            Kind.GAUGE,
            "1 for a node that is well, 0.5 for one of limited use, 0 for none",
            "node"),
    NODE_PRIMARY("evenkeel.node.primary", Kind.GAUGE, "1 for the node that gets the writes", "node"),
    NODE_TIMELINE("evenkeel.node.timeline", Kind.GAUGE, "timeline of a node", "node"),
    REPLICA_LAG("evenkeel.replica.lag", Kind.SECONDS, "how far a replica is behind, as time", "node"),
    REPLICA_LAG_BYTES(
            "evenkeel.replica.lag.bytes", Kind.GAUGE, "write-ahead log that a replica has not replayed", "node"),
    HEALTH("evenkeel.health", Kind.GAUGE, "2 healthy, 1 degraded, 0 unhealthy"),
    ACTIONS(
            "evenkeel.actions",
            Kind.TIMER,
            "administrative actions: migrations, rollbacks, cancels",
            "action",
            "outcome"),
    /** Name and buckets of OpenTelemetry's semantic conventions for databases, which are stable for this one. */
    OPERATION(
            "db.client.operation.duration",
            Kind.TIMER,
            "time of single statements",
            "db.system.name",
            "db.namespace",
            "db.query.summary",
            "db.response.status_code",
            "error.type",
            "server.address",
            "server.port");

    /** What a meter is. */
    public enum Kind {
        COUNTER,
        GAUGE,
        /** A gauge in seconds. */
        SECONDS,
        /** A count, a sum and a distribution of times. */
        TIMER
    }

    private final String meter;
    private final Kind kind;
    private final String description;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> tags;

    DatabaseMeter(String meter, Kind kind, String description, String... tags) {
        this.meter = meter;
        this.kind = kind;
        this.description = description;
        this.tags = List.of(tags);
    }

    /** As it is registered; a backend may write it in another way, such as {@code evenkeel_lease_wait_seconds}. */
    public String meter() {
        return meter;
    }

    public Kind kind() {
        return kind;
    }

    public String description() {
        return description;
    }

    public List<String> tags() {
        return tags;
    }
}
