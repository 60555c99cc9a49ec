package dev.evenkeel.monitoring.alert;

import dev.evenkeel.HealthSnapshot;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.monitoring.Alert;
import dev.evenkeel.monitoring.AlertConfig;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Sees one snapshot after the other, with what was counted in the window before it. Thread-safe. */
public final class AlertWatch {

    private final Duration window;
    private final EventCounter counter = new EventCounter();
    private final AlertEngine engine;
    private final Deque<Reading> readings = new ArrayDeque<>();
    private final long begunNanos = System.nanoTime();

    private record Reading(Duration at, Counts counts) {}

    public AlertWatch(AlertConfig config) {
        this.window = config.window();
        this.engine = new AlertEngine(AlertRules.of(config), config);
    }

    /** To be told of everything. */
    public DatabaseListener listener() {
        return counter;
    }

    /** What is to be told after this snapshot. */
    public synchronized List<Alert> see(HealthSnapshot snapshot) {
        Duration at = Duration.ofNanos(System.nanoTime() - begunNanos);
        Counts now = counter.counts();
        while (readings.size() > 1 && at.minus(readings.element().at()).compareTo(window) > 0) {
            readings.remove();
        }
        Counts before = readings.isEmpty() ? Counts.NONE : readings.element().counts();
        readings.add(new Reading(at, now));
        return engine.observe(at, snapshot.timestamp(), new Situation(snapshot, now.minus(before)));
    }

    public synchronized List<Alert> firing() {
        return engine.firing();
    }
}
