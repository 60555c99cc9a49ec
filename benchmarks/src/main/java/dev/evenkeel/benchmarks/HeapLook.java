package dev.evenkeel.benchmarks;

import dev.evenkeel.benchmarks.peer.Peer;
import dev.evenkeel.benchmarks.report.LiveHeap;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Collects the heap again and again to see what is left, so nothing can be timed meanwhile. */
final class HeapLook {

    private static final int FEWEST = 2;
    private static final int MOST = 10;

    /** More than one read of the socket brings: looks within one would keep the event loop from all else, probes included. */
    private static final int ROWS_BETWEEN = 50_000;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private HeapLook() {}

    static LiveHeap atStream(Peer peer, int rows) {
        long before = settled();
        AtomicLong most = new AtomicLong();
        AtomicLong seen = new AtomicLong();
        int looks = Math.max(FEWEST, Math.min(MOST, rows / ROWS_BETWEEN));
        int step = Math.max(1, rows / looks);
        peer.rows(rows, row -> {
                    if (seen.getAndIncrement() % step == step / 2) {
                        most.accumulateAndGet(live(), Math::max);
                    }
                })
                .block(PATIENCE);
        return new LiveHeap(before, most.get());
    }

    /** What one collection hands to cleaners, only the next one frees. */
    private static long settled() {
        live();
        return live();
    }

    private static long live() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
