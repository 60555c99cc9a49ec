package dev.evenkeel.benchmarks.peer;

import dev.evenkeel.ReactiveDatabaseManager;
import dev.evenkeel.monitoring.HealthMonitor;
import dev.evenkeel.monitoring.LogSink;
import dev.evenkeel.monitoring.QueryOptimizer;
import dev.evenkeel.monitoring.meter.DatabaseMeters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import reactor.core.Disposable;

/** Evenkeel with all of the monitoring module: meters, alerts, and insight into each statement. */
public final class MonitoredPeer extends EvenkeelPeer {

    /** Who is compared with all others. */
    public static final String NAME = "Evenkeel";

    private final Disposable meters;
    private final HealthMonitor monitor;
    private final QueryOptimizer optimizer;

    private MonitoredPeer(ReactiveDatabaseManager db) {
        super(db);
        this.meters = DatabaseMeters.bind(db, new SimpleMeterRegistry());
        this.monitor = HealthMonitor.on(db);
        this.optimizer = QueryOptimizer.on(db);
        monitor.alertOnIssues(new LogSink());
        monitor.startMonitoring();
    }

    public static Peer open(Server server) {
        return new MonitoredPeer(database(server));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void close() {
        optimizer.stop();
        monitor.stopMonitoring();
        meters.dispose();
        super.close();
    }
}
