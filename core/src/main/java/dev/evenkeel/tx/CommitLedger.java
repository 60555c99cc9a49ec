package dev.evenkeel.tx;

import dev.evenkeel.event.CallCompleted;
import dev.evenkeel.event.CallCompleted.Outcome;
import dev.evenkeel.event.DatabaseListener;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The writes that were acknowledged lately: what a failover may have lost. Remembers the last {@value #SIZE}. Thread-safe.
 */
public final class CommitLedger implements DatabaseListener {

    private static final int SIZE = 10_000;

    private final Deque<Entry> entries = new ArrayDeque<>();
    private final Map<String, UUID> tokens = new ConcurrentHashMap<>();

    /**
     * A write that was acknowledged.
     *
     * @param token the marker that it left, if it left one
     */
    record Entry(
            String requestId,
            String label,
            Instant at,
            long nanos,
            @Nullable UUID token) {}

    /** The attempt of this call leaves a marker. */
    void marked(String requestId, UUID token) {
        tokens.put(requestId, token);
    }

    @Override
    public void onCallCompleted(CallCompleted event) {
        UUID token = tokens.isEmpty() ? null : tokens.remove(event.requestId());
        if (event.write() && event.outcome() == Outcome.SUCCEEDED) {
            add(new Entry(event.requestId(), event.label(), Instant.now(), System.nanoTime(), token));
        }
    }

    private void add(Entry entry) {
        synchronized (entries) {
            if (entries.size() == SIZE) {
                entries.removeFirst();
            }
            entries.addLast(entry);
        }
    }

    /** Those that were acknowledged after this moment. */
    List<Entry> since(long nanos) {
        synchronized (entries) {
            return entries.stream().filter(entry -> entry.nanos() - nanos > 0).toList();
        }
    }
}
