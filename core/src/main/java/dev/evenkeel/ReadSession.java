package dev.evenkeel;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one client has written and seen, so that its reads never go back in time, whichever node serves them. Put it into
 * the Reactor Context with {@link CallContext#session}; calls with {@code READ_YOUR_WRITES} obey it. Without one, the manager
 * keeps one for all its writes. Thread-safe.
 *
 * <p>How this works: no statement asks for the position of a write or read. A position of the node that was sampled after a
 * call had ended lies at or behind all that the call wrote or saw, and the probes sample it anyway. Until the next sample
 * the position is not known, and only that node, and the primary, are sure to have everything.
 */
public final class ReadSession {

    /** No replica has this name. */
    private static final String PRIMARY_ONLY = "";

    private final boolean countsReads;
    private final Map<String, Long> unknown = new HashMap<>();
    private int holders;
    private @Nullable ReadToken floor;

    private ReadSession(boolean countsReads, @Nullable ReadToken floor) {
        this.countsReads = countsReads;
        this.floor = floor;
    }

    /** A client that has done nothing yet. */
    public static ReadSession create() {
        return new ReadSession(true, null);
    }

    /** A client that comes with what it has seen elsewhere. */
    public static ReadSession from(ReadToken token) {
        return new ReadSession(true, token);
    }

    /** All writes of a manager together; reads of unrelated callers say nothing to each other. */
    public static ReadSession ofWrites() {
        return new ReadSession(false, null);
    }

    /**
     * Somebody has a connection on which writes are acknowledged without our seeing it; {@link #released} must follow.
     * Until then only the primary is sure to have everything.
     */
    public synchronized void held() {
        holders++;
    }

    public synchronized void released(String node, long nanos) {
        holders--;
        wrote(node, nanos);
    }

    /** A write on this node has ended, well or not, at this {@code System.nanoTime()}. */
    public synchronized void wrote(String node, long nanos) {
        unknown.merge(node, nanos, ReadSession::later);
    }

    /** A read on this node has ended. */
    public synchronized void read(String node, long nanos) {
        if (countsReads) {
            unknown.merge(node, nanos, ReadSession::later);
        }
    }

    private static Long later(Long one, Long other) {
        return one - other >= 0 ? one : other;
    }

    /** What a node must fulfil to serve the next read. */
    public synchronized Need need(Positions positions) {
        if (!unknown.isEmpty()) {
            settle(positions);
        }
        if (holders > 0 || unknown.size() > 1) {
            return new Need(floor, PRIMARY_ONLY);
        }
        return new Need(
                floor, unknown.isEmpty() ? null : unknown.keySet().iterator().next());
    }

    private void settle(Positions positions) {
        for (Iterator<Map.Entry<String, Long>> all = unknown.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<String, Long> one = all.next();
            ReadToken known = positions.after(one.getKey(), one.getValue());
            if (known != null) {
                ReadToken before = floor;
                floor = before == null ? known : known.orLater(before);
                all.remove();
            }
        }
    }

    /**
     * What a node must fulfil.
     *
     * @param floor position that it must have replayed; {@code null} for none
     * @param only the one replica that is sure to show what was seen; {@code null} when the floor says all
     */
    public record Need(@Nullable ReadToken floor, @Nullable String only) {

        public static final Need NOTHING = new Need(null, null);
    }

    /** Where the nodes were, as the probes saw it. */
    @FunctionalInterface
    public interface Positions {

        /** The first known position of a node that was taken after this moment. */
        @Nullable
        ReadToken after(String node, long nanos);
    }
}
