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
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Counts and times what it is told of. Thread-safe. */
final class MeterListener implements DatabaseListener {

    /** Those that an application meets; dashboards and rules find them from the beginning, at zero. */
    private static final List<String> USUAL_CODES = List.of("40001", "40P01", "08006", "57P01", "POOL_EXHAUSTED");

    private final Meters meters;
    private final Map<String, NodeMeters> nodes;
    private final NodeMeters nowhere;

    MeterListener(Meters meters, List<NodeConfig> nodes) {
        this.meters = meters;
        this.nodes = nodes.stream().collect(Collectors.toMap(NodeConfig::name, node -> new NodeMeters(meters, node)));
        this.nowhere = NodeMeters.ofNone(meters);
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
    }

    private NodeMeters at(@Nullable String node) {
        return node == null ? nowhere : nodes.getOrDefault(node, nowhere);
    }

    @Override
    public boolean wantsStatements() {
        return true;
    }

    @Override
    public void onCallCompleted(CallCompleted event) {
        at(event.node()).called(event);
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
        at(event.node()).executed(event);
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
        at(event.node()).opened(event.took());
    }

    @Override
    public void onConnectionClosed(ConnectionClosed event) {
        at(event.node()).closed(event.reason());
    }

    @Override
    public void onAdministrativeAction(AdministrativeAction event) {
        meters.timer(DatabaseMeter.ACTIONS, event.what(), event.succeeded() ? "succeeded" : "failed")
                .record(event.took());
    }
}
