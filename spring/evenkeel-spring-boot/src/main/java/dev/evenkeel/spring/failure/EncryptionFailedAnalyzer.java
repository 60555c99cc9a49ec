package dev.evenkeel.spring.failure;

import dev.evenkeel.error.EncryptionFailedException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** No encrypted connection, which is the cause of an error that others would explain less well. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class EncryptionFailedAnalyzer extends AbstractFailureAnalyzer<EncryptionFailedException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, EncryptionFailedException cause) {
        return new FailureAnalysis(
                "The database server %s.".formatted(cause.getMessage()), remedy(cause.reason()), cause);
    }

    private static String remedy(EncryptionFailedException.Reason reason) {
        return switch (reason) {
            case CERTIFICATE_UNTRUSTED ->
                "put the certificate of the server's authority into evenkeel.tls.root-certificate";
            case CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET_VALID ->
                "renew the server's certificate, and check the clocks";
            case CERTIFICATE_WRONG_HOST ->
                "use the name in the certificate in spring.r2dbc.url, or evenkeel.tls.mode=verify-ca";
            case CLIENT_CERTIFICATE_EXPIRED, CLIENT_CERTIFICATE_REFUSED ->
                "check evenkeel.tls.client-certificate and evenkeel.tls.client-key";
            case TLS_NOT_OFFERED ->
                "switch TLS on at the server, or set evenkeel.tls.mode=disabled where plaintext is meant";
            case TLS_FAILED -> "check that spring.r2dbc.url leads to a PostgreSQL server, and its TLS settings";
            case CERTIFICATES_UNAVAILABLE ->
                "check the files of evenkeel.tls.root-certificate, client-certificate and client-key";
        };
    }
}
