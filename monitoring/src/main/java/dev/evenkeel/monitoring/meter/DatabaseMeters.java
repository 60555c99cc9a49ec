package dev.evenkeel.monitoring.meter;

import dev.evenkeel.ReactiveDatabaseManager;
import io.micrometer.core.instrument.MeterRegistry;
import reactor.core.Disposable;
import reactor.core.Disposables;

/** Registers the meters of {@link DatabaseMeter} for a manager. */
public final class DatabaseMeters {

    private DatabaseMeters() {}

    /**
     * From now on until the result is disposed of, which takes the meters out of the registry. Somebody who watches the health
     * stream, for the gauges of the nodes.
     */
    public static Disposable bind(ReactiveDatabaseManager db, MeterRegistry registry) {
        Meters meters = new Meters(registry);
        NodeGauges gauges = new NodeGauges(db, meters);
        Disposable listening = db.listen(new MeterListener(meters, db.config().nodes()));
        Disposable watching = db.health().subscribe(gauges::see);
        return Disposables.composite(listening, watching, meters::remove);
    }
}
