package dev.evenkeel.spring.page;

import java.time.Duration;

/** Times as the page's scripts take them. */
public final class Millis {

    private static final double NANOS_OF_A_MILLI = 1e6;

    private Millis() {}

    public static double of(Duration time) {
        return time.toNanos() / NANOS_OF_A_MILLI;
    }
}
