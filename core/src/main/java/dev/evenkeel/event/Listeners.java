package dev.evenkeel.event;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes on to all listeners in their order, and keeps their exceptions away from the caller. Thread-safe. */
public final class Listeners implements DatabaseListener {

    private static final Logger log = LoggerFactory.getLogger(DatabaseListener.class);

    private volatile List<DatabaseListener> all = List.of();
    private volatile boolean statements;
    private volatile boolean notices;
    private volatile boolean starts;

    public Listeners(List<? extends DatabaseListener> first) {
        become(List.copyOf(first));
    }

    /** Passes on to this one, too, from now on. */
    public synchronized void add(DatabaseListener listener) {
        List<DatabaseListener> more = new ArrayList<>(all);
        more.add(listener);
        become(more);
    }

    /** Once, if it was added several times. */
    public synchronized void remove(DatabaseListener listener) {
        List<DatabaseListener> fewer = new ArrayList<>(all);
        fewer.remove(listener);
        become(fewer);
    }

    private void become(List<DatabaseListener> listeners) {
        all = List.copyOf(listeners);
        statements = all.stream().anyMatch(DatabaseListener::wantsStatements);
        starts = all.stream().anyMatch(DatabaseListener::wantsStatementStarts);
        notices = all.stream().anyMatch(DatabaseListener::wantsNotices);
    }

    @Override
    public boolean wantsStatements() {
        return statements;
    }

    @Override
    public boolean wantsStatementStarts() {
        return starts;
    }

    @Override
    public boolean wantsNotices() {
        return notices;
    }

    @Override
    public void onCallCompleted(CallCompleted event) {
        tell(listener -> listener.onCallCompleted(event));
    }

    @Override
    public void onCallRetried(CallRetried event) {
        tell(listener -> listener.onCallRetried(event));
    }

    @Override
    public void onStatementStarted(StatementStarted event) {
        tell(listener -> listener.onStatementStarted(event));
    }

    @Override
    public void onStatementCompleted(StatementCompleted event) {
        tell(listener -> listener.onStatementCompleted(event));
    }

    @Override
    public void onCommitResolved(CommitResolved event) {
        tell(listener -> listener.onCommitResolved(event));
    }

    @Override
    public void onTopologyChanged(TopologyEvent event) {
        tell(listener -> listener.onTopologyChanged(event));
    }

    @Override
    public void onConnectionOpened(ConnectionOpened event) {
        tell(listener -> listener.onConnectionOpened(event));
    }

    @Override
    public void onConnectionClosed(ConnectionClosed event) {
        tell(listener -> listener.onConnectionClosed(event));
    }

    @Override
    public void onAdministrativeAction(AdministrativeAction event) {
        tell(listener -> listener.onAdministrativeAction(event));
    }

    private void tell(Consumer<DatabaseListener> news) {
        for (DatabaseListener listener : all) {
            try {
                news.accept(listener);
            } catch (RuntimeException | LinkageError | AssertionError e) {
                log.warn("A database listener failed; the event is lost for it", e);
            }
        }
    }
}
