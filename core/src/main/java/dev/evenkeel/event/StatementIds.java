package dev.evenkeel.event;

import java.util.concurrent.atomic.AtomicLong;

/** Numbers the statements of this process, on whichever way they reach their server. */
public final class StatementIds {

    private static final AtomicLong LAST = new AtomicLong();

    private StatementIds() {}

    public static long next() {
        return LAST.incrementAndGet();
    }
}
