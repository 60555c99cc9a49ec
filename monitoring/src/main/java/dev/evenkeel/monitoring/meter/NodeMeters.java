package dev.evenkeel.monitoring.meter;

import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.event.CallCompleted;
import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.ConnectionClosed;
import dev.evenkeel.event.StatementCompleted;
import dev.evenkeel.sql.SqlSummary;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The meters of one node, looked up once instead of with each call. Thread-safe. */
final class NodeMeters {

    static final String NONE = "none";

    /** An application has fewer texts, unless it writes literals into them. */
    private static final int MOST_TEXTS = 4_000;

    private final Meters meters;
    private final String host;
    private final String port;
    private final String database;
    private final Timer leaseWait;
    private final Timer leaseHeld;
    private final Timer creation;
    private final Map<Outcome, Timer> reads = new EnumMap<>(Outcome.class);
    private final Map<Outcome, Timer> writes = new EnumMap<>(Outcome.class);
    private final String name;
    private final ConcurrentMap<String, Timer> good = new ConcurrentHashMap<>();

    NodeMeters(Meters meters, NodeConfig node) {
        this(meters, node.name(), node.host(), String.valueOf(node.port()), node.database());
    }

    private NodeMeters(Meters meters, String name, String host, String port, String database) {
        this.meters = meters;
        this.name = name;
        this.host = host;
        this.port = port;
        this.database = database;
        this.leaseWait = meters.timer(DatabaseMeter.LEASE_WAIT, name);
        this.leaseHeld = meters.timer(DatabaseMeter.LEASE_HELD, name);
        this.creation = meters.timer(DatabaseMeter.CONNECTION_CREATION, name);
        for (Outcome outcome : Outcome.values()) {
            reads.put(outcome, meters.timer(DatabaseMeter.CALLS, name, "read", lower(outcome)));
            writes.put(outcome, meters.timer(DatabaseMeter.CALLS, name, "write", lower(outcome)));
        }
        for (ConnectionClosed.Reason reason : ConnectionClosed.Reason.values()) {
            meters.counter(DatabaseMeter.CONNECTION_CLOSED, name, lower(reason));
        }
    }

    /** For calls that did not come as far as to a node. */
    static NodeMeters ofNone(Meters meters) {
        return new NodeMeters(meters, NONE, NONE, NONE, NONE);
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    void called(CallCompleted event) {
        Objects.requireNonNull((event.write() ? writes : reads).get(event.outcome()))
                .record(event.total());
        leaseWait.record(event.leaseWait());
        if (!event.held().isZero()) {
            leaseHeld.record(event.held());
        }
    }

    void executed(StatementCompleted event) {
        if (event.outcome() != Outcome.SUCCEEDED) {
            operation(event).record(event.total());
            return;
        }
        Timer timer = good.get(event.sql());
        if (timer == null) {
            timer = operation(event);
            if (good.size() < MOST_TEXTS) {
                good.put(event.sql(), timer);
            }
        }
        timer.record(event.total());
    }

    private Timer operation(StatementCompleted event) {
        String state = event.sqlState() == null ? NONE : event.sqlState();
        String problem = switch (event.outcome()) {
            case SUCCEEDED -> NONE;
            case CANCELLED -> "cancelled";
            case FAILED -> state.equals(NONE) ? "unknown" : state;
        };
        return meters.timer(
                DatabaseMeter.OPERATION,
                "postgresql",
                database,
                SqlSummary.of(event.sql()),
                state,
                problem,
                host,
                port);
    }

    void opened(Duration took) {
        creation.record(took);
    }

    void closed(ConnectionClosed.Reason reason) {
        meters.counter(DatabaseMeter.CONNECTION_CLOSED, name, lower(reason)).increment();
    }
}
