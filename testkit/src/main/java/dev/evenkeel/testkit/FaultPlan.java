package dev.evenkeel.testkit;

/** The faults in force for every connection of a proxy; confined to its event loop. */
final class FaultPlan {

    private final FaultLine toServer = new FaultLine();
    private final FaultLine toClient = new FaultLine();
    private boolean frozen;
    private boolean resetOnAccept;

    FaultLine line(Direction direction) {
        return direction == Direction.TO_SERVER ? toServer : toClient;
    }

    void freeze() {
        frozen = true;
    }

    boolean isFrozen() {
        return frozen;
    }

    void resetOnAccept() {
        resetOnAccept = true;
    }

    boolean resetsOnAccept() {
        return resetOnAccept;
    }

    boolean isUnreachable() {
        return toServer.isBlackhole() && toClient.isBlackhole();
    }

    void heal() {
        toServer.heal();
        toClient.heal();
        frozen = false;
        resetOnAccept = false;
    }
}
