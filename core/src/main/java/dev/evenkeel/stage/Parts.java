package dev.evenkeel.stage;

import dev.evenkeel.DatabaseConfig;
import dev.evenkeel.event.Listeners;
import dev.evenkeel.node.NodePool;
import dev.evenkeel.topology.Topology;
import java.util.Map;
import reactor.core.scheduler.Scheduler;

/**
 * What stands beside the road and is read by the steps.
 *
 * @param pools by {@code host:port}
 * @param timer the only source of time
 */
public record Parts(
        DatabaseConfig config,
        Gate gate,
        RetryBudget budget,
        Listeners listener,
        Topology topology,
        Contacts contacts,
        Map<String, NodePool> pools,
        Scheduler timer) {}
