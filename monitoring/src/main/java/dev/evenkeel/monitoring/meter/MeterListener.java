package dev.evenkeel.monitoring.meter;

import dev.evenkeel.config.NodeConfig;
import dev.evenkeel.error.CommitOutcomeUnknownException;
import dev.evenkeel.error.DatabaseException;
import dev.evenkeel.event.AdministrativeAction;
import dev.evenkeel.event.CallCompleted;
import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.CallRetried;
import dev.evenkeel.event.CommitResolved;
import dev.evenkeel.event.ConnectionClosed;
import dev.evenkeel.event.ConnectionOpened;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.StatementCompleted;
import dev.evenkeel.event.TopologyEvent;
import dev.evenkeel.sql.SqlSummary;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Counts and times what it is told of. Thread-safe. */
final class MeterListener implements DatabaseListener {

    private static final String NONE = "none";

    /** Those that an application meets; dashboards and rules find them from the beginning, at zero. */
    private static final List<String> USUAL_CODES = List.of("40001", "40P01", "08006", "57P01", "POOL_EXHAUSTED");

    private static final int MOST_TEXTS = 4_000;

    private final Meters meters;
    private final Map<String, NodeConfig> nodes;
    private final ConcurrentMap<String, String> summaries = new ConcurrentHashMap<>();

    MeterListener(Meters meters, List<NodeConfig> nodes) {
        this.meters = meters;
        this.nodes = nodes.stream().collect(Collectors.toMap(NodeConfig::name, Function.identity()));
        begin();
    }

    /** What may happen but has not yet is there with zero. */
    private void begin() {
        for (String code : USUAL_CODES) {
            meters.counter(DatabaseMeter.FAILURES, code);
            meters.counter(DatabaseMeter.RETRIES, code);
        }
        for (String outcome :
                List.of("committed", "rolled_back", "unknown", "resolved_committed", "resolved_not_applied")) {
            meters.counter(DatabaseMeter.COMMITS, outcome);
        }
        meters.counter(DatabaseMeter.COMMITS_LOST);
        meters.timer(DatabaseMeter.FAILOVER);
        for (String action : List.of("migrate", "rollback", "cancel")) {
            meters.timer(DatabaseMeter.ACTIONS, action, "succeeded");
            meters.timer(DatabaseMeter.ACTIONS, action, "failed");
        }
        for (String node : nodes.keySet()) {
            meters.timer(DatabaseMeter.LEASE_WAIT, node);
            meters.timer(DatabaseMeter.LEASE_HELD, node);
            meters.timer(DatabaseMeter.CONNECTION_CREATION, node);
            for (ConnectionClosed.Reason reason : ConnectionClosed.Reason.values()) {
                meters.counter(DatabaseMeter.CONNECTION_CLOSED, node, lower(reason));
            }
            for (Outcome outcome : Outcome.values()) {
                meters.timer(DatabaseMeter.CALLS, node, "read", lower(outcome));
                meters.timer(DatabaseMeter.CALLS, node, "write", lower(outcome));
            }
        }
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean wantsStatements() {
        return true;
    }

    @Override
    public void onCallCompleted(CallCompleted event) {
        String node = Objects.requireNonNullElse(event.node(), NONE);
        meters.timer(DatabaseMeter.CALLS, node, event.write() ? "write" : "read", lower(event.outcome()))
                .record(event.total());
        meters.timer(DatabaseMeter.LEASE_WAIT, node).record(event.leaseWait());
        if (!event.held().isZero()) {
            meters.timer(DatabaseMeter.LEASE_HELD, node).record(event.held());
        }
        if (event.error() instanceof DatabaseException failed) {
            meters.counter(DatabaseMeter.FAILURES, failed.code()).increment();
        }
        if (event.transaction()) {
            meters.counter(DatabaseMeter.COMMITS, commit(event)).increment();
        }
    }

    private static String commit(CallCompleted event) {
        if (event.outcome() == Outcome.SUCCEEDED) {
            return "committed";
        }
        return event.error() instanceof CommitOutcomeUnknownException ? "unknown" : "rolled_back";
    }

    @Override
    public void onCallRetried(CallRetried event) {
        meters.counter(DatabaseMeter.RETRIES, event.code()).increment();
    }

    @Override
    public void onStatementCompleted(StatementCompleted event) {
        NodeConfig node = nodes.get(event.node());
        String state = event.sqlState() == null ? NONE : event.sqlState();
        meters.timer(
                        DatabaseMeter.OPERATION,
                        "postgresql",
                        node == null ? NONE : node.database(),
                        summary(event.sql()),
                        state,
                        errorType(event, state),
                        node == null ? NONE : node.host(),
                        node == null ? NONE : String.valueOf(node.port()))
                .record(event.total());
    }

    private static String errorType(StatementCompleted event, String state) {
        return switch (event.outcome()) {
            case SUCCEEDED -> NONE;
            case CANCELLED -> "cancelled";
            case FAILED -> state.equals(NONE) ? "unknown" : state;
        };
    }

    private String summary(String sql) {
        @Nullable String known = summaries.get(sql);
        if (known == null) {
            known = SqlSummary.of(sql);
            if (summaries.size() < MOST_TEXTS) {
                summaries.put(sql, known);
            }
        }
        return known;
    }

    @Override
    public void onCommitResolved(CommitResolved event) {
        meters.counter(DatabaseMeter.COMMITS, event.committed() ? "resolved_committed" : "resolved_not_applied")
                .increment();
    }

    @Override
    public void onTopologyChanged(TopologyEvent event) {
        if (event instanceof TopologyEvent.PrimaryElected elected && elected.previous() != null) {
            meters.timer(DatabaseMeter.FAILOVER).record(elected.outage());
        } else if (event instanceof TopologyEvent.CommitsLost lost) {
            meters.counter(DatabaseMeter.COMMITS_LOST)
                    .increment(lost.lost().size() + lost.possiblyLost().size());
        }
    }

    @Override
    public void onConnectionOpened(ConnectionOpened event) {
        meters.timer(DatabaseMeter.CONNECTION_CREATION, event.node()).record(event.took());
    }

    @Override
    public void onConnectionClosed(ConnectionClosed event) {
        meters.counter(DatabaseMeter.CONNECTION_CLOSED, event.node(), lower(event.reason()))
                .increment();
    }

    @Override
    public void onAdministrativeAction(AdministrativeAction event) {
        meters.timer(DatabaseMeter.ACTIONS, event.what(), event.succeeded() ? "succeeded" : "failed")
                .record(event.took());
    }
}
