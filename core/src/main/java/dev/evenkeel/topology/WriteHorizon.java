package dev.evenkeel.topology;

import java.util.Optional;

/**
 * How far a replica must have replayed to show everything that this manager has written. Thread-safe.
 *
 * <p>No statement asks for the position of a write. A position of the primary that was sampled after a write had ended lies
 * behind that write, and the probes sample it anyway. Between a write and the next sample the position is not known, and
 * only the primary is sure to have the write.
 */
public final class WriteHorizon {

    private int holders;
    private boolean written;
    private long lastWriteNanos;
    private boolean known = true;
    private Lsn position = Lsn.ZERO;

    /**
     * Somebody has a connection on which writes are acknowledged without our seeing it; {@link #released()} must follow.
     * Until then only the primary is sure to have everything.
     */
    public synchronized void held() {
        holders++;
    }

    public synchronized void released() {
        holders--;
        wrote(System.nanoTime());
    }

    /** A write has ended, well or not, at this {@code System.nanoTime()}. */
    public synchronized void wrote(long nanos) {
        if (!written || nanos - lastWriteNanos > 0) {
            written = true;
            lastWriteNanos = nanos;
            known = false;
        }
    }

    /** The primary was at this position at some moment after {@code nanos}. */
    synchronized void sampled(long nanos, Lsn lsn) {
        if (!known && nanos - lastWriteNanos > 0) {
            known = true;
            position = lsn;
        }
    }

    /** The position that shows all writes so far; empty when only the primary is sure to. */
    public synchronized Optional<Lsn> required() {
        return known && holders == 0 ? Optional.of(position) : Optional.empty();
    }
}
