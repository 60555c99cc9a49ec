package dev.evenkeel.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What all threads that live have allocated so far. The event loops and timers live from the warm-up to the end. */
final class Allocation {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {}

    static long bytes() {
        long sum = 0;
        for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            // A thread that ended between the two calls has -1.
            sum += Math.max(0, bytes);
        }
        return sum;
    }
}
