package dev.evenkeel.benchmarks;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Heap that is still live after a collection. Rows that wait in the driver are bytes outside the heap, so a stream shows here
 * only if somebody piles up decoded ones.
 *
 * @param beforeBytes when nothing runs: the program, with all its peers
 * @param peakBytes the most that was seen while rows came
 */
record LiveHeap(long beforeBytes, long peakBytes) {

    private static final int LOOKS = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Collects the heap to look at it, so nothing can be timed meanwhile. */
    static LiveHeap ofStream(Peer peer, int rows) {
        long before = settled();
        AtomicLong most = new AtomicLong();
        int step = Math.max(1, rows / LOOKS);
        peer.rows(rows)
                .index()
                .doOnNext(row -> {
                    if (row.getT1() % step == step / 2) {
                        most.accumulateAndGet(live(), Math::max);
                    }
                })
                .blockLast(PATIENCE);
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
