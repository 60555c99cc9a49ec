package dev.evenkeel.benchmarks;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** Two threads that are no event loop of anybody. They live as long as the program. */
final class ApplicationThreads {

    private static final List<Executor> THREADS = List.of(thread("application-1"), thread("application-2"));

    private ApplicationThreads() {}

    private static Executor thread(String name) {
        return Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    static Executor of(int caller) {
        return THREADS.get(caller % THREADS.size());
    }
}
