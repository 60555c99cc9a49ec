package dev.evenkeel.testkit;

/** What both directions of a connection must know of its start-up; confined to the event loop. */
final class FrameHandshake {

    /** How the bytes of a connection are to be read. */
    enum Phase {
        /** Messages of the client have no type byte yet, and answers to them may be a single byte. */
        STARTING,
        /** Every message has a type byte and a length. */
        TYPED,
        /** Not PostgreSQL, or encrypted: the bytes mean nothing to us. */
        OPAQUE
    }

    private static final int SSL_REQUEST = 1234 << 16 | 5679;
    private static final int GSS_REQUEST = 1234 << 16 | 5680;
    private static final int PROTOCOL_3 = 3;
    private static final int SHORTEST_STARTUP_BYTES = 8;
    private static final int LONGEST_STARTUP_BYTES = 10_000;

    private Phase phase = Phase.STARTING;
    private int answersDue;

    Phase phase() {
        return phase;
    }

    boolean isOpaque() {
        return phase == Phase.OPAQUE;
    }

    void becomeOpaque() {
        phase = Phase.OPAQUE;
    }

    /** A start-up packet is short, so its length begins with two zeros; anything else is no such packet. */
    static boolean mayStartWith(byte first) {
        return first == 0;
    }

    void clientSent(int length, int code) {
        if (length < SHORTEST_STARTUP_BYTES || length > LONGEST_STARTUP_BYTES) {
            becomeOpaque();
        } else if (code == SSL_REQUEST || code == GSS_REQUEST) {
            answersDue++;
        } else if (code >>> 16 == PROTOCOL_3) {
            phase = Phase.TYPED;
        } else {
            becomeOpaque();
        }
    }

    boolean owesAnswer() {
        return answersDue > 0;
    }

    void serverAnswered(byte answer) {
        answersDue--;
        if (answer != 'N') {
            becomeOpaque();
        }
    }
}
