package dev.evenkeel.error;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.error.EncryptionFailedException.Reason;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcPermissionDeniedException;
import java.io.IOException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncryptionFailedExceptionTest {

    private static Throwable driver(Throwable cause) {
        return new R2dbcNonTransientResourceException("Cannot connect", "08003", cause);
    }

    @ParameterizedTest
    @CsvSource({
        "Received fatal alert: unknown_ca, CLIENT_CERTIFICATE_REFUSED",
        "Received fatal alert: certificate_expired, CLIENT_CERTIFICATE_REFUSED",
        "error:0A000418:SSL routines::tlsv1 alert unknown ca, CLIENT_CERTIFICATE_REFUSED",
        "Received fatal alert: protocol_version, TLS_FAILED",
        "not an SSL/TLS record, TLS_FAILED"
    })
    void alertsAreReadInTheWordsOfBothEngines(String message, Reason reason) {
        EncryptionFailedException found =
                EncryptionFailedException.in(driver(new IOException(new SSLException(message))), "our certificate");

        assertThat(found).isNotNull();
        assertThat(found.reason()).isEqualTo(reason);
    }

    @Test
    void whatTheCertificateCheckFoundIsBelow() {
        EncryptionFailedException own = new EncryptionFailedException(Reason.CERTIFICATE_EXPIRED, "has expired", null);
        Throwable thrown = driver(new SSLHandshakeException("PKIX").initCause(new CertificateException("x", own)));

        assertThat(EncryptionFailedException.in(thrown, "-")).isSameAs(own);
        assertThat(FailureClassifier.classify(own, Phase.CONNECTING, "db:5432", "r-1"))
                .isInstanceOfSatisfying(NodeUnavailableException.class, failure -> {
                    assertThat(failure.code()).isEqualTo("CERTIFICATE_EXPIRED");
                    assertThat(failure.summary()).isEqualTo("db:5432 has expired");
                    assertThat(failure.requestId()).isEqualTo("r-1");
                    assertThat(failure.suggestions()).isNotEmpty();
                });
    }

    @Test
    void aServerWithoutTlsIsRecognised() {
        Throwable thrown = new R2dbcPermissionDeniedException(
                "Server support for SSL connection is disabled, but client was configured with SSL mode verify-ca",
                "08006");

        EncryptionFailedException found = EncryptionFailedException.in(thrown, "-");

        assertThat(found).isNotNull();
        assertThat(found.reason()).isEqualTo(Reason.TLS_NOT_OFFERED);
    }

    @Test
    void otherErrorsHaveNothingToDoWithIt() {
        assertThat(EncryptionFailedException.in(driver(new IOException("reset")), "-"))
                .isNull();
    }
}
