package dev.evenkeel.error;

/** No suitable server could be reached; nothing was executed. */
public final class NodeUnavailableException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    public NodeUnavailableException(Failure failure) {
        super(failure);
    }
}
