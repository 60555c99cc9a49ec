package dev.evenkeel.error;

/** The server refused the login: user, password, certificate, database or access rules. Retrying will not help. */
public final class AuthenticationFailedException extends DatabaseException {

    private static final long serialVersionUID = 1L;

    public AuthenticationFailedException(Failure failure) {
        super(failure);
    }
}
