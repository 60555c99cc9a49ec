package dev.evenkeel;

/**
 * A pool at one moment. The parts are read one after the other, so under load they need not add up.
 *
 * @param active connections that are leased
 * @param idle connections that wait for a caller
 * @param waiting callers that wait for a connection
 * @param max most connections that there may be
 */
public record PoolMetrics(int active, int idle, int waiting, int max) {

    public static final PoolMetrics EMPTY = new PoolMetrics(0, 0, 0, 0);

    public PoolMetrics plus(PoolMetrics other) {
        return new PoolMetrics(active + other.active, idle + other.idle, waiting + other.waiting, max + other.max);
    }

    @Override
    public String toString() {
        return "active=%d, idle=%d, waiting=%d, max=%d".formatted(active, idle, waiting, max);
    }
}
