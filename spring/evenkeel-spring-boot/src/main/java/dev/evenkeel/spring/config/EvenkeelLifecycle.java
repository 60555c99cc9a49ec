package dev.evenkeel.spring.config;

import dev.evenkeel.ReactiveDatabaseManager;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/**
 * Shuts the manager down after the web server has answered its last request, and before any bean is destroyed. It was started as a
 * bean, so that whoever is given it can use it at once.
 */
final class EvenkeelLifecycle implements SmartLifecycle {

    /** The web server's graceful shutdown is at 1,024 below the default, its stop at 2,048 below. Later ones stop first. */
    static final int PHASE = DEFAULT_PHASE - 3072;

    private final ReactiveDatabaseManager manager;
    private final Duration grace;
    private volatile boolean running;

    EvenkeelLifecycle(ReactiveDatabaseManager manager, Duration grace) {
        this.manager = manager;
        this.grace = grace;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop(Runnable callback) {
        running = false;
        manager.shutdown(grace)
                .onErrorComplete()
                .doFinally(end -> callback.run())
                .subscribe();
    }

    @Override
    public void stop() {
        running = false;
        manager.shutdown(grace).block();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** A manager that was shut down cannot come back, so an idle context of a test keeps it. */
    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
