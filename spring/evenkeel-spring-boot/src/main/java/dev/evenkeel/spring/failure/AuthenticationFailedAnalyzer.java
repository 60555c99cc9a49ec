package dev.evenkeel.spring.failure;

import dev.evenkeel.error.AuthenticationFailedException;
import java.util.List;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** A server that knows us not, or not with this password. */
final class AuthenticationFailedAnalyzer extends AbstractFailureAnalyzer<AuthenticationFailedException> {

    private static final String LOGIN =
            "check spring.r2dbc.username and spring.r2dbc.password, or user and password in spring.r2dbc.url";
    private static final String DATABASE = "check the database at the end of spring.r2dbc.url, or spring.r2dbc.name";
    private static final String UNKNOWN_DATABASE = "3D000";

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, AuthenticationFailedException cause) {
        boolean database = UNKNOWN_DATABASE.equals(cause.code());
        return new FailureAnalysis(
                "The database refused the login. " + cause.summary(),
                Remedies.of(
                        database
                                ? List.of(DATABASE, "create the database")
                                : List.of(LOGIN, "look at the server's log and pg_hba.conf for the reason")),
                cause);
    }
}
