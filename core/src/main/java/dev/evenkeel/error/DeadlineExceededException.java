package dev.evenkeel.error;

/** The call did not end within its deadline and was stopped. */
public final class DeadlineExceededException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    public DeadlineExceededException(Failure failure) {
        super(failure);
    }
}
