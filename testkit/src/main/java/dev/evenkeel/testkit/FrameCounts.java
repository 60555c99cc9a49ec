package dev.evenkeel.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts PostgreSQL messages by type and tells listeners of them; thread-safe. */
final class FrameCounts {

    private static final int TYPES = 256;

    private final AtomicLongArray toServer = new AtomicLongArray(TYPES);
    private final AtomicLongArray toClient = new AtomicLongArray(TYPES);
    private final List<FrameListener> listeners = new CopyOnWriteArrayList<>();

    void add(FrameListener listener) {
        listeners.add(listener);
    }

    void arrived(Direction direction, char type) {
        of(direction).incrementAndGet(type);
        for (FrameListener listener : listeners) {
            listener.onMessage(direction, type);
        }
    }

    long count(Direction direction, char type) {
        return type < TYPES ? of(direction).get(type) : 0;
    }

    void reset() {
        for (int type = 0; type < TYPES; type++) {
            toServer.set(type, 0);
            toClient.set(type, 0);
        }
    }

    private AtomicLongArray of(Direction direction) {
        return direction == Direction.TO_SERVER ? toServer : toClient;
    }
}
