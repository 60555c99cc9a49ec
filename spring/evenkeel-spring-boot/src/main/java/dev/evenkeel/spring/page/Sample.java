package dev.evenkeel.spring.page;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One point of the charts: what happened since the point before, and how much there is of what is counted at a moment. Immutable.
 *
 * @param t milliseconds since 1970
 * @param statements in a second
 * @param errors calls in a second that the database has failed
 * @param p50 milliseconds; {@code null} when no call has ended
 * @param p99 milliseconds; {@code null} when no call has ended
 * @param inUse connections
 * @param most connections that there may be
 * @param waiting callers that wait for a connection
 * @param lag milliseconds that each replica is behind; those that do not answer are left out
 */
public record Sample(
        long t,
        double statements,
        double errors,
        @Nullable Double p50,
        @Nullable Double p99,
        int inUse,
        int most,
        int waiting,
        Map<String, Double> lag) {

    public Sample {
        lag = Map.copyOf(lag);
    }
}
