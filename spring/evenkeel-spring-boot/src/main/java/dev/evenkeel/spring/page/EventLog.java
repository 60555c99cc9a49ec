package dev.evenkeel.spring.page;

import dev.evenkeel.event.AdministrativeAction;
import dev.evenkeel.event.CommitResolved;
import dev.evenkeel.event.DatabaseListener;
import dev.evenkeel.event.TopologyEvent;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * The last things that happened to the servers, that somebody did to them, and that parts of the page have noted, the newest first.
 * Bounded and thread-safe.
 */
public final class EventLog implements DatabaseListener {

    private static final int MOST = 100;

    private final Clock clock;
    private volatile List<Entry> entries = List.of();

    public EventLog(Clock clock) {
        this.clock = clock;
    }

    public List<Entry> entries() {
        return entries;
    }

    @Override
    public void onTopologyChanged(TopologyEvent event) {
        add(TopologySentence.level(event), TopologySentence.of(event));
    }

    @Override
    public void onAdministrativeAction(AdministrativeAction event) {
        add(
                event.succeeded() ? Entry.NOTE : Entry.BAD,
                "%s %s %s (%s): %s"
                        .formatted(
                                event.by().equals("-") ? "Somebody" : event.by(),
                                event.succeeded() ? "did" : "could not do",
                                event.what(),
                                event.subject(),
                                event.details()));
    }

    @Override
    public void onCommitResolved(CommitResolved event) {
        add(
                Entry.NOTE,
                "The answer to a commit was lost on %s: it was %s (request %s)."
                        .formatted(event.node(), event.committed() ? "applied" : "not applied", event.requestId()));
    }

    /**
     * Notes what happens now.
     *
     * @param level as of {@link Entry}
     * @param text a sentence
     */
    public synchronized void add(String level, String text) {
        List<Entry> more = new ArrayList<>();
        more.add(new Entry(clock.millis(), level, text));
        entries.stream().limit(MOST - 1).forEach(more::add);
        entries = List.copyOf(more);
    }
}
