package dev.evenkeel.event;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Is told what happened. Called on the thread on which it happened, often an event loop, so it must be fast and must not
 * block. An exception that it throws is logged and changes nothing.
 */
public interface DatabaseListener {

    default void onCallCompleted(CallCompleted event) {}

    default void onTopologyChanged(TopologyEvent event) {}

    /** Of the connections in the pools, not of the probes' own. */
    default void onConnectionClosed(ConnectionClosed event) {}

    /** One listener that passes on to all of these, in their order, and keeps their exceptions away from the caller. */
    static DatabaseListener all(List<? extends DatabaseListener> listeners) {
        return new FanOut(List.copyOf(listeners), LoggerFactory.getLogger(DatabaseListener.class));
    }
}

/** Keeps a failing listener from disturbing the call that it listens to. */
record FanOut(List<DatabaseListener> listeners, Logger log) implements DatabaseListener {

    @Override
    public void onCallCompleted(CallCompleted event) {
        listeners.forEach(listener -> guarded(() -> listener.onCallCompleted(event)));
    }

    @Override
    public void onTopologyChanged(TopologyEvent event) {
        listeners.forEach(listener -> guarded(() -> listener.onTopologyChanged(event)));
    }

    @Override
    public void onConnectionClosed(ConnectionClosed event) {
        listeners.forEach(listener -> guarded(() -> listener.onConnectionClosed(event)));
    }

    private void guarded(Runnable notification) {
        try {
            notification.run();
        } catch (RuntimeException | LinkageError | AssertionError e) {
            log.warn("A database listener failed; the event is lost for it", e);
        }
    }
}
