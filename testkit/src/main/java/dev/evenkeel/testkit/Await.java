package dev.evenkeel.testkit;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Waiting for something outside this JVM: asks again and again, never longer than the deadline. */
final class Await {

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private Await() {}

    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    /**
     * Returns once {@code condition} holds. An exception of the condition counts as "not yet", since servers that are
     * coming up refuse connections; the last one becomes the cause if the deadline passes.
     *
     * @throws IllegalStateException at the deadline, naming {@code what} and quoting {@code diagnosis}
     */
    static void until(String what, Duration deadline, Supplier<String> diagnosis, Condition condition) {
        long end = System.nanoTime() + deadline.toNanos();
        Exception last;
        do {
            last = null;
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (HopelessException e) {
                throw new IllegalStateException(what + ": " + e.getMessage() + "\n" + diagnosis.get(), e);
            } catch (Exception e) {
                last = e;
            }
            pause(what);
        } while (System.nanoTime() < end);
        String reason = last == null ? "" : " (last try: " + last + ")";
        throw new IllegalStateException(
                "Not within " + deadline.toMillis() + " ms: " + what + reason + "\n" + diagnosis.get(), last);
    }

    private static void pause(String what) {
        try {
            TimeUnit.NANOSECONDS.sleep(PAUSE_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting: " + what, e);
        }
    }

    /** Thrown by a condition that can never hold any more, so that nobody waits for the deadline. */
    static final class HopelessException extends Exception {
        private static final long serialVersionUID = 1L;

        HopelessException(String message) {
            super(message);
        }
    }
}
