package dev.evenkeel.testkit;

/** Hears of each PostgreSQL message before {@link FaultProxy} passes it on. */
@FunctionalInterface
public interface FrameListener {

    /**
     * A message has arrived. Called on the proxy's thread, so it must not block; what it throws resets the connection.
     *
     * @param type the type byte of the message, such as {@code 'Q'} for a simple query
     */
    void onMessage(Direction direction, char type);
}
