package dev.evenkeel.monitoring;

import dev.evenkeel.monitoring.Alert.State;
import dev.evenkeel.monitoring.Recommendation.Severity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** Writes alerts to the log {@code evenkeel.alert}: critical ones as errors, others as warnings, their end as information. */
public final class LogSink implements AlertSink {

    private static final Logger log = LoggerFactory.getLogger("evenkeel.alert");

    @Override
    public Mono<Void> deliver(Alert alert) {
        return Mono.fromRunnable(() -> write(alert));
    }

    private static void write(Alert alert) {
        if (alert.state() == State.RESOLVED) {
            log.info("Over: {} of {}, since {}", alert.rule(), alert.object(), alert.since());
        } else if (alert.severity() == Severity.CRITICAL) {
            log.error(
                    "{}: {}. {} {}", alert.rule(), alert.summary(), String.join(" ", alert.remedy()), alert.evidence());
        } else if (alert.severity() == Severity.WARNING) {
            log.warn(
                    "{}: {}. {} {}", alert.rule(), alert.summary(), String.join(" ", alert.remedy()), alert.evidence());
        } else {
            log.info("{}: {}. {}", alert.rule(), alert.summary(), String.join(" ", alert.remedy()));
        }
    }
}
