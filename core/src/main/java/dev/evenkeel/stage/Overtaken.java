package dev.evenkeel.stage;

/**
 * While a call waited for its connection the cluster has changed, and the node is not what the call needs any more. Nothing
 * was sent, so {@link Routing} chooses again, and nobody else hears of it.
 */
final class Overtaken extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Overtaken(String node) {
        super(node, null, false, false);
    }
}
