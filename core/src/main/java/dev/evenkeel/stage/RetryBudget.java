package dev.evenkeel.stage;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import reactor.core.scheduler.Scheduler;

/**
 * Keeps repeats a small share of all calls, so that a server in trouble is not asked more often than a healthy one.
 * Thread-safe.
 *
 * <p>How this works: a bucket of tokens. Each call puts a share of a token in, each repeat takes one out; a few more drip in
 * with time, so that an application with few calls may repeat, too. The bucket holds what ten seconds bring, which is enough
 * to repeat whatever a failover interrupted. The idea and the two rates are those of Finagle's {@code RetryBudget}.
 */
public final class RetryBudget {

    private static final double PER_SECOND = 10;
    private static final Duration WINDOW = Duration.ofSeconds(10);

    /** Calls a second up to which the share is saved up for the whole window. */
    private static final double BUSY = 10_000;

    private final double share;
    private final double capacity;
    private final Scheduler clock;
    private double tokens;
    private long lastNanos;

    /** The {@code share} is that of repeats in all calls, 0 to 1. */
    public RetryBudget(double share, Scheduler clock) {
        this.share = share;
        this.clock = clock;
        this.capacity = (double) WINDOW.toSeconds() * (PER_SECOND + share * BUSY);
        this.tokens = (double) WINDOW.toSeconds() * PER_SECOND;
        this.lastNanos = clock.now(TimeUnit.NANOSECONDS);
    }

    /** A call begins. */
    synchronized void called() {
        tokens = Math.min(capacity, tokens + share);
    }

    /** Whether a call may be repeated; if so, that repeat is accounted for. */
    synchronized boolean take() {
        long now = clock.now(TimeUnit.NANOSECONDS);
        double dripped = PER_SECOND * (double) Math.max(0, now - lastNanos) / (double) TimeUnit.SECONDS.toNanos(1);
        lastNanos = now;
        tokens = Math.min(capacity, tokens + dripped);
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }
}
