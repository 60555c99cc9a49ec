package dev.evenkeel.monitoring;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.HealthSnapshot.Performance;
import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.monitoring.assembly.RunningMonitor;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Watches the health of a database, and tells somebody when it is not well. Thread-safe; an application has one for each manager.
 *
 * <p>Whoever subscribes to {@link #health()} or {@link #alerts()} makes it watch, and so does {@link #startMonitoring()}; all share
 * one watch, and nothing is computed while nobody listens. No publisher that it returns ends in an error before the manager is shut
 * down.
 */
public interface HealthMonitor {

    /** With {@link AlertConfig#defaults()}. */
    static HealthMonitor on(ReactiveDatabaseManager db) {
        return on(db, AlertConfig.defaults());
    }

    static HealthMonitor on(ReactiveDatabaseManager db, AlertConfig config) {
        return RunningMonitor.on(db, config);
    }

    /** Watches, and hands alerts to the sinks, until {@link #stopMonitoring()} or the manager's shutdown. A second call does nothing. */
    void startMonitoring();

    /** Ends what {@link #startMonitoring()} began. Subscribers of their own go on. */
    void stopMonitoring();

    /** Asks every node now, on connections beside the pools, within the probe timeout. */
    Mono<HealthSnapshot> performHealthCheck();

    /** The latest snapshot while it watches, otherwise a new one. Its {@code checks} say why in words. */
    Mono<HealthSnapshot> getHealthStatus();

    /** Response times, error rate and pools of the last half to whole minute. */
    Mono<Performance> getPerformanceMetrics();

    /**
     * Snapshots as of {@link ReactiveDatabaseManager#health()}, with what fires and what was contributed among their recommendations. The
     * latest one comes at once.
     */
    Flux<HealthSnapshot> health();

    /** Each alert when it fires and when it is over. A slow subscriber misses some. */
    Flux<Alert> alerts();

    /** Alerts go to this sink, too, while {@linkplain #startMonitoring() started}. */
    void alertOnIssues(AlertSink sink);

    /**
     * Somebody else's recommendations appear in the snapshots, from now on. Subscribed while it watches; an error ends it, and is logged.
     */
    void contribute(Flux<List<Recommendation>> recommendations);
}
