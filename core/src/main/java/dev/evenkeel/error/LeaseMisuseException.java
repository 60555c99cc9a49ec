package dev.evenkeel.error;

/** A leased connection was used after its release, released twice, or is not one of ours. */
public final class LeaseMisuseException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    public LeaseMisuseException(Failure failure) {
        super(failure);
    }
}
