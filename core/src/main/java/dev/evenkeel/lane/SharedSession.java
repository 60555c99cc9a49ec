package dev.evenkeel.lane;

/** The session leads through a pooler, so that others would find what a lane sets in it. */
public final class SharedSession extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SharedSession(Throwable cause) {
        super(cause.getMessage(), cause);
    }
}
