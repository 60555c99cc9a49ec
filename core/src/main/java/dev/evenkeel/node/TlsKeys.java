package dev.evenkeel.node;

import dev.evenkeel.config.Certificates;
import dev.evenkeel.error.EncryptionFailedException;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * One generation of certificates, ready for use: whom we trust and who we are. Made on a thread that may block, so that the
 * handshakes, which run on event loops, read nothing. Immutable.
 */
final class TlsKeys {

    private final Certificates certificates;
    private final X509ExtendedTrustManager authorities;
    private final @Nullable ClientIdentity client;

    private TlsKeys(Certificates certificates, X509ExtendedTrustManager authorities, @Nullable ClientIdentity client) {
        this.certificates = certificates;
        this.authorities = authorities;
        this.client = client;
    }

    /**
     * Reads the texts.
     *
     * @throws dev.evenkeel.error.InvalidConfigurationException when one of them is unusable
     */
    static TlsKeys of(Certificates certificates) {
        try {
            return new TlsKeys(certificates, authorities(certificates), ClientIdentity.of(certificates));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the JVM has no means for TLS", e);
        }
    }

    private static X509ExtendedTrustManager authorities(Certificates certificates)
            throws GeneralSecurityException, IOException {
        KeyStore trusted = null;
        if (certificates.authorities() != null) {
            trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int number = 0;
            for (X509Certificate authority : Pem.certificates("tls.rootCertificate", certificates.authorities())) {
                trusted.setCertificateEntry("authority" + number++, authority);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        // Without a store it is the JVM's own.
        factory.init(trusted);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509ExtendedTrustManager.class::isInstance)
                .map(X509ExtendedTrustManager.class::cast)
                .findFirst()
                .orElseThrow(() -> new GeneralSecurityException("no trust manager for X.509"));
    }

    boolean areOf(Certificates others) {
        return certificates.equals(others);
    }

    void requireValidClient() throws EncryptionFailedException {
        if (client != null) {
            client.requireValid();
        }
    }

    /** Shows our certificate, if there is one. */
    void identify(SslContextBuilder context) {
        if (client != null) {
            context.keyManager(client);
        }
    }

    /** Trusts the authorities, and with a {@code host} only certificates for it. */
    void verify(SslContextBuilder context, @Nullable String host) {
        context.trustManager(new ServerTrust(authorities, host));
    }

    /** Names our certificate in messages. */
    String describeClient() {
        return client == null ? "a connection without a client certificate" : client.toString();
    }
}
