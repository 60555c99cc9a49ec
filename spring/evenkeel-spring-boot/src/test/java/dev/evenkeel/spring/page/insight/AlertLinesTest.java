package dev.evenkeel.spring.page.insight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.monitoring.Alert;
import dev.evenkeel.monitoring.Alert.State;
import dev.evenkeel.monitoring.Recommendation.Severity;
import dev.evenkeel.spring.page.Entry;
import dev.evenkeel.spring.page.EventLog;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an operator reads of alerts. */
class AlertLinesTest {

    private final EventLog events = new EventLog(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    private final AlertLines lines = new AlertLines(events);

    private void tell(Severity severity, String object, State state) {
        lines.deliver(new Alert(
                        "node-down",
                        severity,
                        object,
                        state,
                        Instant.EPOCH,
                        object + " does not answer",
                        Map.of(),
                        List.of("Look at the server.", "Look at the network.")))
                .block();
    }

    @Test
    void aLineWhenItIsRaisedAndOneWhenItIsOver() {
        tell(Severity.WARNING, "db2:5432", State.FIRING);
        tell(Severity.WARNING, "db2:5432", State.RESOLVED);

        assertThat(events.entries())
                .containsExactly(
                        new Entry(0, Entry.GOOD, "The alert node-down of db2:5432 is over."),
                        new Entry(
                                0,
                                Entry.BAD,
                                "Alert node-down: db2:5432 does not answer. Look at the server. Look at the network."));
    }

    @Test
    void whatIsToldAgainIsNoNews_untilItWasOver() {
        tell(Severity.WARNING, "db2:5432", State.FIRING);
        tell(Severity.WARNING, "db2:5432", State.FIRING);
        tell(Severity.WARNING, "db3:5432", State.FIRING);
        assertThat(events.entries()).hasSize(2);

        tell(Severity.WARNING, "db2:5432", State.RESOLVED);
        tell(Severity.WARNING, "db2:5432", State.FIRING);
        assertThat(events.entries()).hasSize(4);
    }

    @Test
    void whatIsNoTroubleIsANote() {
        tell(Severity.INFO, "database", State.FIRING);

        assertThat(events.entries()).extracting(Entry::level).containsExactly(Entry.NOTE);
    }
}
