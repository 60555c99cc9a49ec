package dev.evenkeel.config;

import dev.evenkeel.error.InvalidConfigurationException;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of one moment, as the texts of PEM files.
 *
 * @param authorities whom to trust, one or more certificates; {@code null} for the authorities of the JVM
 * @param clientCertificate who we are, followed by what leads to an authority of the server's; {@code null} for nobody
 * @param clientKey its private key (PKCS#8); given if and only if the certificate is
 * @param clientKeyPassword opens an encrypted key
 */
public record Certificates(
        @Nullable String authorities,
        @Nullable String clientCertificate,
        @Nullable Secret clientKey,
        @Nullable Secret clientKeyPassword) {

    /** The authorities of the JVM and no client certificate. */
    public static final Certificates NONE = new Certificates(null, null, null, null);

    public Certificates {
        requireBoth(clientCertificate, clientKey);
    }

    /** A certificate proves nothing without its key. */
    static void requireBoth(@Nullable Object certificate, @Nullable Object key) {
        if ((certificate == null) != (key == null)) {
            throw InvalidConfigurationException.of(
                    certificate == null ? "tls.clientCertificate" : "tls.clientKey",
                    "missing",
                    "given, because its counterpart is",
                    "give certificate and private key together");
        }
    }

    /** Trusts these authorities. */
    public static Certificates trusting(String authorities) {
        return new Certificates(authorities, null, null, null);
    }

    /** The same trust, and a certificate of our own. */
    public Certificates withClient(String certificate, Secret key) {
        return new Certificates(authorities, certificate, key, null);
    }

    @Override
    public String toString() {
        return "Certificates[authorities=%s, client=%s]"
                .formatted(authorities == null ? "the JVM's" : "given", clientCertificate == null ? "none" : "given");
    }
}
