package dev.evenkeel.node;

import java.util.concurrent.atomic.AtomicReference;

/**
 * How slow a node was lately: jumps up with a slow call and comes down slowly, so that trouble is seen at once and trusted to
 * be over only after a while. The idea is that of Finagle's "peak EWMA". Thread-safe.
 */
final class PeakLatency {

    /** After so long without a call, two thirds of what was seen are forgotten. */
    private static final double DECAY_NANOS = 5e9;

    private record Seen(double nanos, long when) {}

    private final AtomicReference<Seen> seen = new AtomicReference<>(new Seen(0, System.nanoTime()));

    void record(long nanos) {
        long now = System.nanoTime();
        double sample = (double) nanos;
        seen.updateAndGet(before -> {
            double faded = faded(before, now);
            return new Seen(Math.max(sample, faded + (sample - faded) * (1 - keep(before, now))), now);
        });
    }

    double nanos() {
        return faded(seen.get(), System.nanoTime());
    }

    private static double faded(Seen before, long now) {
        return before.nanos() * keep(before, now);
    }

    private static double keep(Seen before, long now) {
        return Math.exp(-(double) Math.max(0, now - before.when()) / DECAY_NANOS);
    }
}
