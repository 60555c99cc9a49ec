package dev.evenkeel.spring.page;

import dev.evenkeel.event.TopologyEvent;
import dev.evenkeel.event.TopologyEvent.CommitsLost;
import dev.evenkeel.event.TopologyEvent.NodeDown;
import dev.evenkeel.event.TopologyEvent.NodeQuarantined;
import dev.evenkeel.event.TopologyEvent.NodeReplaced;
import dev.evenkeel.event.TopologyEvent.NodeUp;
import dev.evenkeel.event.TopologyEvent.PrimaryElected;
import dev.evenkeel.event.TopologyEvent.PrimaryLost;
import dev.evenkeel.event.TopologyEvent.ReplicaCaughtUp;
import dev.evenkeel.event.TopologyEvent.ReplicaLagging;
import dev.evenkeel.event.TopologyEvent.TimelineWentBack;
import java.time.Duration;
import java.util.Locale;

/** What has changed among the servers, for somebody who reads it once. */
final class TopologySentence {

    private TopologySentence() {}

    static String level(TopologyEvent event) {
        if (event instanceof PrimaryElected || event instanceof NodeUp || event instanceof ReplicaCaughtUp) {
            return Entry.GOOD;
        }
        return event instanceof NodeReplaced ? Entry.NOTE : Entry.BAD;
    }

    static String of(TopologyEvent event) {
        String node = event.node();
        if (event instanceof PrimaryLost lost) {
            return "%s is the primary no more: %s. Writes wait for the next one.".formatted(node, lost.reason());
        }
        if (event instanceof PrimaryElected elected) {
            return elected.previous() == null
                    ? "%s is the primary, on timeline %d.".formatted(node, elected.timeline())
                    : "%s is the primary now, on timeline %d, after %s without one; before it was %s."
                            .formatted(node, elected.timeline(), words(elected.outage()), elected.previous());
        }
        if (event instanceof NodeQuarantined quarantined) {
            return "%s gets nothing: %s.".formatted(node, quarantined.reason());
        }
        if (event instanceof NodeDown down) {
            return "%s does not answer: %s.".formatted(node, down.reason());
        }
        if (event instanceof NodeUp up) {
            return "%s answers, as %s.".formatted(node, up.role().toLowerCase(Locale.ROOT));
        }
        if (event instanceof NodeReplaced) {
            return "%s is another server than before, or was restarted.".formatted(node);
        }
        if (event instanceof ReplicaLagging lagging) {
            return "%s is %s behind, more than configured.".formatted(node, words(lagging.lag()));
        }
        if (event instanceof ReplicaCaughtUp caughtUp) {
            return "%s has caught up: %s behind.".formatted(node, words(caughtUp.lag()));
        }
        if (event instanceof CommitsLost lost) {
            return "The failover to %s has lost %d commits, and perhaps %d more."
                    .formatted(node, lost.lost().size(), lost.possiblyLost().size());
        }
        TimelineWentBack back = (TimelineWentBack) event;
        return "%s went back from timeline %d to %d: %s.".formatted(node, back.from(), back.to(), back.evidence());
    }

    static String words(Duration time) {
        return time.toMillis() < 1_000
                ? time.toMillis() + " ms"
                : String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1_000.0);
    }
}
