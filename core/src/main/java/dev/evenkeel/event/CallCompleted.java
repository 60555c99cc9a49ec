package dev.evenkeel.event;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A call has ended. Emitted exactly once for each subscription, however it ended.
 *
 * @param requestId the same as in exceptions
 * @param label the label of its options
 * @param write whether it was for writing
 * @param transaction whether it was a transaction that may write
 * @param node where the last attempt ran; {@code null} when it did not get that far
 * @param outcome how it ended
 * @param attempts how often it was tried
 * @param total from subscription to the end
 * @param leaseWait the part of {@code total} spent on waiting for connections
 * @param held how long it kept connections; zero for one that the caller took for himself
 * @param rows values emitted to the caller
 * @param error what it ended with; {@code null} unless the outcome is {@code FAILED}
 */
public record CallCompleted(
        String requestId,
        String label,
        boolean write,
        boolean transaction,
        @Nullable String node,
        Outcome outcome,
        int attempts,
        Duration total,
        Duration leaseWait,
        Duration held,
        long rows,
        @Nullable Throwable error) {

    /** How a call ended. */
    public enum Outcome {
        SUCCEEDED,
        FAILED,
        CANCELLED
    }
}
