package dev.evenkeel.testkit;

/** Where on its way a COMMIT is when a {@link Cut} fires, in the order of events. */
public enum CutPoint {
    /** The proxy holds COMMIT and has passed nothing of it on. */
    BEFORE_COMMIT_FORWARDED(false),
    /** The first half of the message is on its way to the server, the second half is not. */
    MID_MESSAGE(false),
    /** The server has COMMIT, and nothing of its answer has come back. */
    AFTER_COMMIT_FORWARDED(true),
    /** The proxy holds the server's answer and has passed nothing of it on. */
    AFTER_ANSWER_BEFORE_DELIVERY(true),
    /** The first half of the answer is on its way to the client, the second half is not. */
    MID_ANSWER(true);

    private final boolean commitReachesServer;

    CutPoint(boolean commitReachesServer) {
        this.commitReachesServer = commitReachesServer;
    }

    /** Whether the server executes the COMMIT although the cut ends the connection. */
    public boolean commitReachesServer() {
        return commitReachesServer;
    }
}
