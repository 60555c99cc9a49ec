package dev.evenkeel.error;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why no encrypted connection to a server came about, in words. Callers see it as the {@linkplain Throwable#getCause() cause} of
 * a {@link NodeUnavailableException}, or of an {@link AuthenticationFailedException} when it is the server that is not content.
 */
public final class EncryptionFailedException extends IOException {

    private static final long serialVersionUID = 1L;

    /** How a refusal by the other side begins: in the words of the JDK, then of OpenSSL. */
    private static final Pattern ALERT = Pattern.compile("(?:Received fatal alert: |alert )([a-z_ ]+)");

    /** Alerts by which a server refuses a certificate (RFC 8446, 6.2). */
    private static final Set<String> ABOUT_OUR_CERTIFICATE = Set.of(
            "bad_certificate",
            "unsupported_certificate",
            "certificate_revoked",
            "certificate_expired",
            "certificate_unknown",
            "unknown_ca",
            "access_denied",
            "decrypt_error",
            "certificate_required");

    /** The driver has no code of its own for it. */
    private static final String NOT_OFFERED = "Server support for SSL connection is disabled";

    private static final int DEPTH = 20;

    /** What is wrong; its name is the code of the error that callers see. */
    public enum Reason {
        CERTIFICATE_EXPIRED,
        CERTIFICATE_NOT_YET_VALID,
        CERTIFICATE_UNTRUSTED,
        CERTIFICATE_WRONG_HOST,
        CLIENT_CERTIFICATE_EXPIRED,
        CLIENT_CERTIFICATE_REFUSED,
        TLS_NOT_OFFERED,
        TLS_FAILED,
        CERTIFICATES_UNAVAILABLE;

        private boolean isOurs() {
            return this == CLIENT_CERTIFICATE_EXPIRED || this == CLIENT_CERTIFICATE_REFUSED;
        }
    }

    private final Reason reason;

    /** The {@code message} is a sentence without a subject, which is the server: "has a certificate that ...". */
    public EncryptionFailedException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /**
     * What is behind an error of the driver; {@code null} when it has nothing to do with encryption.
     *
     * @param client describes the certificate that we show, for messages
     */
    public static @Nullable EncryptionFailedException in(Throwable error, String client) {
        Throwable link = error;
        SSLException tls = null;
        for (int depth = 0; link != null && depth < DEPTH; depth++) {
            if (link instanceof EncryptionFailedException known) {
                return known;
            }
            if (String.valueOf(link.getMessage()).startsWith(NOT_OFFERED)) {
                return new EncryptionFailedException(
                        Reason.TLS_NOT_OFFERED, "offers no TLS, which the settings ask for", error);
            }
            if (link instanceof SSLException found) {
                tls = found;
            }
            link = link.getCause();
        }
        return tls == null ? null : ofTls(tls, error, client);
    }

    private static EncryptionFailedException ofTls(SSLException tls, Throwable error, String client) {
        String text = String.valueOf(tls.getMessage());
        Matcher alert = ALERT.matcher(text);
        if (alert.find()) {
            String name = alert.group(1).trim().replace(' ', '_').toLowerCase(Locale.ROOT);
            if (ABOUT_OUR_CERTIFICATE.contains(name)) {
                return new EncryptionFailedException(
                        Reason.CLIENT_CERTIFICATE_REFUSED, "refuses %s: %s".formatted(client, name), error);
            }
        }
        return new EncryptionFailedException(Reason.TLS_FAILED, "cannot be talked to by TLS: " + text, error);
    }

    DatabaseException of(String node, String requestId) {
        Failure failure = Failure.of(reason.name(), ErrorType.CONNECTION, "%s %s".formatted(node, getMessage()))
                .suggesting(Suggestions.forEncryption(reason))
                .with(Map.of("node", node, "phase", Phase.CONNECTING.name()))
                .causedBy(this)
                .in(requestId);
        return reason.isOurs()
                ? new AuthenticationFailedException(failure)
                : new NodeUnavailableException(failure.retryable(true));
    }
}
