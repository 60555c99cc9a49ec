package dev.evenkeel.testkit;

/**
 * Holds back the Parse and Bind that lead up to a COMMIT until it is clear whether it is to be cut; confined to the
 * event loop. A server that got them would no longer be idle in its transaction, although COMMIT never came.
 */
final class CutGate {

    private boolean open;
    private boolean cutsHere;

    boolean isShut() {
        return !open;
    }

    boolean cutsHere() {
        return cutsHere;
    }

    void open() {
        open = true;
    }

    void openToCut() {
        open = true;
        cutsHere = true;
    }
}
