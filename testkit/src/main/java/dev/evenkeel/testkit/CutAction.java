package dev.evenkeel.testkit;

import java.time.Duration;

/** What a {@link Cut} does to the connection whose COMMIT it met; immutable. */
public sealed interface CutAction {

    /** Resets (RST) both sides. */
    CutAction RESET = Break.RESET;

    /** Closes (FIN) towards the client and drops all else; the server sees the end once the client closes too. */
    CutAction HALF_CLOSE = Break.HALF_CLOSE;

    /** Drops everything from then on, also the closing of either side, until {@link FaultProxy#heal()}. */
    CutAction BLACKHOLE = Break.BLACKHOLE;

    /** Holds the message for so long and then lets everything go on. */
    static CutAction delay(Duration duration) {
        return new Delay(duration);
    }

    /** An action that ends the conversation. */
    enum Break implements CutAction {
        /** See {@link CutAction#RESET}. */
        RESET,
        /** See {@link CutAction#HALF_CLOSE}. */
        HALF_CLOSE,
        /** See {@link CutAction#BLACKHOLE}. */
        BLACKHOLE
    }

    /**
     * The action that lets the conversation go on later.
     *
     * @param duration how long the message is held
     */
    record Delay(Duration duration) implements CutAction {

        /** Checks that the duration is positive. */
        public Delay {
            if (duration.isNegative() || duration.isZero()) {
                throw new IllegalArgumentException("duration was " + duration
                        + ", allowed is more than zero: arm no cut if nothing is to be delayed");
            }
        }
    }
}
