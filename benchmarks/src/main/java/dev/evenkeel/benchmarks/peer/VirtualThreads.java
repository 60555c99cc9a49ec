package dev.evenkeel.benchmarks.peer;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Those of JDK 21 and later; this is compiled for 17. */
public final class VirtualThreads {

    private static final int FIRST_JDK = 21;

    private VirtualThreads() {}

    public static boolean known() {
        return Runtime.version().feature() >= FIRST_JDK;
    }

    static ExecutorService onePerTask() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This JDK has no virtual threads: it is " + Runtime.version(), e);
        }
    }
}
