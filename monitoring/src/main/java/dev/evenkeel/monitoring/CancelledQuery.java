package dev.evenkeel.monitoring;

/**
 * A statement that the policy was about. Immutable.
 *
 * @param query as it was seen
 * @param outcome what became of it
 * @param reason in words
 */
public record CancelledQuery(RunningQuery query, Outcome outcome, String reason) {

    /** What became of it. */
    public enum Outcome {
        /** The server was told to stop it. */
        SIGNALLED,
        /** It had ended, or the session did something else already: nothing was done. */
        GONE,
        /** The rights do not allow it. */
        REFUSED,
        /** The policy only reports. */
        REPORTED
    }
}
