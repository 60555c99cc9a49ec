package dev.evenkeel.node;

import dev.evenkeel.error.EncryptionFailedException;
import dev.evenkeel.error.EncryptionFailedException.Reason;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a certificate is that of the server that we want, and says in words why not: its dates, then its chain, then
 * its names. Thread-safe.
 *
 * <p>The name is that of the configuration. The driver would compare the result of a reverse look-up, which blocks the event
 * loop and which an attacker may answer.
 */
final class ServerTrust extends X509ExtendedTrustManager {

    private final X509ExtendedTrustManager authorities;
    private final @Nullable String host;

    /** Without a {@code host} any certificate of the authorities will do. */
    ServerTrust(X509ExtendedTrustManager authorities, @Nullable String host) {
        this.authorities = authorities;
        this.host = host;
    }

    /** Asks the authorities. */
    @FunctionalInterface
    private interface Question {

        void ask() throws CertificateException;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain[0], () -> authorities.checkServerTrusted(chain, authType, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain[0], () -> authorities.checkServerTrusted(chain, authType, socket));
    }

    private void check(X509Certificate server, Question authority) throws CertificateException {
        // A certificate that is itself among the authorities would pass without a look at its dates.
        checkDates(server);
        try {
            authority.ask();
        } catch (CertificateException e) {
            throw refused(
                    Reason.CERTIFICATE_UNTRUSTED,
                    "has a certificate that no trusted authority vouches for (%s, issued by %s): %s"
                            .formatted(subject(server), server.getIssuerX500Principal(), e.getMessage()),
                    e);
        }
        if (host != null) {
            checkHost(server, host);
        }
    }

    private static void checkDates(X509Certificate server) throws CertificateException {
        try {
            server.checkValidity();
        } catch (CertificateExpiredException e) {
            throw refused(
                    Reason.CERTIFICATE_EXPIRED,
                    "has a certificate that expired on %s (%s)"
                            .formatted(server.getNotAfter().toInstant(), subject(server)),
                    e);
        } catch (CertificateNotYetValidException e) {
            throw refused(
                    Reason.CERTIFICATE_NOT_YET_VALID,
                    "has a certificate that is not valid before %s (%s)"
                            .formatted(server.getNotBefore().toInstant(), subject(server)),
                    e);
        }
    }

    private static void checkHost(X509Certificate server, String host) throws CertificateException {
        HostNames names = HostNames.of(server);
        if (!names.include(host)) {
            throw refused(
                    Reason.CERTIFICATE_WRONG_HOST,
                    "has a certificate that is good for %s, but not for '%s' (%s)"
                            .formatted(names, host, subject(server)),
                    null);
        }
    }

    private static String subject(X509Certificate certificate) {
        return "subject " + certificate.getSubjectX500Principal();
    }

    /** TLS hands only this kind of exception on; what we have to say is its cause. */
    private static CertificateException refused(Reason reason, String what, @Nullable Throwable cause) {
        return new CertificateException(what, new EncryptionFailedException(reason, what, cause));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.getAcceptedIssuers();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw connectedServersOnly();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw connectedServersOnly();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw connectedServersOnly();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw connectedServersOnly();
    }

    private static CertificateException connectedServersOnly() {
        return new CertificateException("only servers that are being connected to are looked at here");
    }
}
