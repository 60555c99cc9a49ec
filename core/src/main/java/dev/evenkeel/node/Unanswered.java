package dev.evenkeel.node;

/** The caller failed before the server had answered all: the connection is busy for a while, with who knows what. */
final class Unanswered extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Throwable failure;

    Unanswered(Throwable failure) {
        super(null, failure, false, false);
        this.failure = failure;
    }

    /** What the caller is to see. */
    Throwable failure() {
        return failure;
    }
}
