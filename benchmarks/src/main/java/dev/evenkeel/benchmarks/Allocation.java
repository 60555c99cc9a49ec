package dev.evenkeel.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;

/**
 * What all threads that live have allocated since a moment. One that has ended meanwhile is left out, whatever it had allocated
 * before: idle threads of pools end at any time.
 */
final class Allocation {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Map<Long, Long> before = new HashMap<>();

    private Allocation() {
        long[] threads = THREADS.getAllThreadIds();
        long[] bytes = THREADS.getThreadAllocatedBytes(threads);
        for (int i = 0; i < threads.length; i++) {
            before.put(threads[i], Math.max(0, bytes[i]));
        }
    }

    static Allocation sinceNow() {
        return new Allocation();
    }

    long bytes() {
        long[] threads = THREADS.getAllThreadIds();
        long[] bytes = THREADS.getThreadAllocatedBytes(threads);
        long sum = 0;
        for (int i = 0; i < threads.length; i++) {
            // A thread that ended between the two calls has -1.
            sum += Math.max(0, bytes[i] - before.getOrDefault(threads[i], 0L));
        }
        return sum;
    }
}
