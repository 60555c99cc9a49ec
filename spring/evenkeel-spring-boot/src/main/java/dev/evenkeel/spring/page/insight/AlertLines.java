package dev.evenkeel.spring.page.insight;

import dev.evenkeel.monitoring.Alert;
import dev.evenkeel.monitoring.Alert.State;
import dev.evenkeel.monitoring.Recommendation.Severity;
import dev.evenkeel.spring.page.Entry;
import dev.evenkeel.spring.page.EventLog;
import java.util.HashSet;
import java.util.Set;
import reactor.core.publisher.Mono;

/** Writes alerts into the page's event log: a line when one is raised, a line when it is over, and none when it is told again. */
final class AlertLines {

    private final EventLog events;
    private final Set<String> raised = new HashSet<>();

    AlertLines(EventLog events) {
        this.events = events;
    }

    Mono<Void> deliver(Alert alert) {
        return Mono.fromRunnable(() -> write(alert));
    }

    private synchronized void write(Alert alert) {
        String which = alert.rule() + ":" + alert.object();
        if (alert.state() == State.RESOLVED) {
            raised.remove(which);
            events.add(Entry.GOOD, "The alert %s of %s is over.".formatted(alert.rule(), alert.object()));
        } else if (raised.add(which)) {
            events.add(
                    alert.severity() == Severity.INFO ? Entry.NOTE : Entry.BAD,
                    "Alert %s: %s. %s".formatted(alert.rule(), alert.summary(), String.join(" ", alert.remedy())));
        }
    }
}
