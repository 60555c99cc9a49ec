package dev.evenkeel.error;

/** A constraint (SQLSTATE class 23) refused the change; {@code details()} names it. */
public final class ConstraintViolatedException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    public ConstraintViolatedException(Failure failure) {
        super(failure);
    }
}
