package dev.evenkeel.lane;

import java.time.Duration;

/**
 * What the lanes to one server are to be like.
 *
 * @param count how many; 0 for none
 * @param statementTimeout after it the server gives a statement up, whether its caller is still there or not; whoever wants longer
 *     takes a connection of its own
 * @param lockTimeout after it a statement that waits for a lock takes a connection of its own
 * @param maxLifetime a lane of this age is replaced
 * @param mostWaiting with so many on it a lane takes no more
 */
public record LaneSettings(
        int count, Duration statementTimeout, Duration lockTimeout, Duration maxLifetime, int mostWaiting) {

    /** The same without any lane. */
    public LaneSettings none() {
        return new LaneSettings(0, statementTimeout, lockTimeout, maxLifetime, mostWaiting);
    }
}
