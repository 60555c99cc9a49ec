package dev.evenkeel.topology;

import dev.evenkeel.Lsn;
import dev.evenkeel.ReadSession;
import dev.evenkeel.ReadToken;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where each node was at its last probes. Thread-safe. A session that comes back after a while finds the position from
 * right after its last call, and need not wait for replicas to reach a later one.
 */
final class PositionHistory implements ReadSession.Positions {

    private static final int SAMPLES = 64;
    private static final long LONG_AGO = Duration.ofDays(365).toNanos();

    private final Map<String, ArrayDeque<Sample>> samples = new ConcurrentHashMap<>();

    /** The {@code first} one of a server that took the place of another, or was restarted, maybe with older data. */
    private record Sample(long nanos, ReadToken position, long started, boolean first) {}

    void add(NodeState node) {
        ReadToken position = new ReadToken(node.systemId(), node.timeline(), node.written());
        ArrayDeque<Sample> known = samples.computeIfAbsent(node.name(), name -> new ArrayDeque<>(SAMPLES));
        synchronized (known) {
            if (known.size() == SAMPLES) {
                known.removeFirst();
            }
            Sample last = known.peekLast();
            boolean first = last != null && last.started() != node.started();
            known.addLast(new Sample(node.sampledNanos(), position, node.started(), first));
        }
    }

    /** When a node was last seen on an earlier timeline at or before a position. */
    long lastBefore(String node, long timeline, Lsn position) {
        ArrayDeque<Sample> known = samples.getOrDefault(node, new ArrayDeque<>());
        long last = System.nanoTime() - LONG_AGO;
        synchronized (known) {
            for (Sample sample : known) {
                boolean reached = sample.position().timeline() < timeline
                        && position.reaches(sample.position().lsn());
                last = reached ? sample.nanos() : last;
            }
        }
        return last;
    }

    /** Empty also when the node is not what it was: it may have less now than was seen there. */
    @Override
    public @Nullable ReadToken after(String node, long nanos) {
        Sample next = next(node, nanos);
        return next == null || next.first() ? null : next.position();
    }

    /** The same for the one node that has everything, whatever it was before. */
    @Nullable
    ReadToken ofPrimaryAfter(String primary, long nanos) {
        Sample next = next(primary, nanos);
        return next == null ? null : next.position();
    }

    /** Whether a node is not what it was at that moment. */
    boolean isReplacedSince(String node, long nanos) {
        Sample next = next(node, nanos);
        return next != null && next.first();
    }

    private @Nullable Sample next(String node, long nanos) {
        ArrayDeque<Sample> known = samples.get(node);
        if (known == null) {
            return null;
        }
        synchronized (known) {
            for (Sample sample : known) {
                if (sample.nanos() - nanos > 0) {
                    return sample;
                }
            }
            return null;
        }
    }
}
