package dev.evenkeel.testkit;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A cut that {@link FaultProxy#cutAt} has armed; thread-safe.
 *
 * <p>It fires for the next COMMIT on any connection, once unless {@link #times} says otherwise. {@link FaultProxy#heal()}
 * disarms it.
 */
public final class Cut {

    private final CutPoint point;
    private final CutAction action;
    private final CompletableFuture<Void> fired = new CompletableFuture<>();
    private int limit = 1;
    private int claimed;
    private int timesFired;

    Cut(CutPoint point, CutAction action) {
        this.point = point;
        this.action = action;
    }

    /** Lets the cut fire so many times in all. */
    public synchronized Cut times(int times) {
        if (times < 1) {
            throw new IllegalArgumentException(
                    "times was " + times + ", allowed is 1 and more: use disarm() to call the cut off");
        }
        limit = times;
        return this;
    }

    /** Completes when the cut has fired for the first time, or with an error when it is disarmed before that. */
    public CompletableFuture<Void> fired() {
        return fired.copy();
    }

    /** Waits until the cut has fired for the first time. */
    public Cut awaitFired(Duration atMost) {
        try {
            fired.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
            return this;
        } catch (TimeoutException | CancellationException e) {
            throw new IllegalStateException(
                    this + " did not fire within " + atMost
                            + ": check that a COMMIT passed the proxy, and that the connection is not encrypted",
                    e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(this + " failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + this, e);
        }
    }

    /** How often the cut has fired. */
    public synchronized int timesFired() {
        return timesFired;
    }

    /** Calls the cut off, also for a COMMIT it has met but not reached its point with. */
    public void disarm() {
        synchronized (this) {
            limit = 0;
        }
        fired.cancel(false);
    }

    @Override
    public String toString() {
        return "cut at " + point + " with " + action;
    }

    synchronized boolean isArmed() {
        return limit > 0;
    }

    CutPoint point() {
        return point;
    }

    CutAction action() {
        return action;
    }

    synchronized boolean claim() {
        if (claimed >= limit) {
            return false;
        }
        claimed++;
        return true;
    }

    /** The connection ended by itself before the cut could fire, so another COMMIT may have it. */
    synchronized void giveBack() {
        claimed--;
    }

    void hasFired() {
        synchronized (this) {
            timesFired++;
        }
        fired.complete(null);
    }
}
