package dev.evenkeel.stage;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts the calls inside and lets no further one in once it is closed. Thread-safe. */
public final class Gate {

    private final AtomicInteger inside = new AtomicInteger();
    private volatile boolean closed;

    /** Every true must be followed by one {@link #leave()}. */
    boolean enter() {
        inside.incrementAndGet();
        if (closed) {
            inside.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave() {
        inside.decrementAndGet();
    }

    public void close() {
        closed = true;
    }

    public boolean isClosed() {
        return closed;
    }

    public int inside() {
        return inside.get();
    }
}
