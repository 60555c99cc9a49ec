package dev.evenkeel.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Certificates in PEM files, which are read again when a connection is opened. Replace the files in any order: until all of
 * them fit together the last good ones are used.
 *
 * @param authorities whom to trust; {@code null} for the authorities of the JVM
 * @param clientCertificate who we are; {@code null} for nobody
 * @param clientKey its private key (PKCS#8, PEM); given if and only if the certificate is
 * @param clientKeyPassword opens an encrypted key
 */
public record CertificateFiles(
        @Nullable Path authorities,
        @Nullable Path clientCertificate,
        @Nullable Path clientKey,
        @Nullable Secret clientKeyPassword)
        implements CertificateSource {

    public CertificateFiles {
        Certificates.requireBoth(clientCertificate, clientKey);
        Require.readable("tls.rootCertificate", authorities);
        Require.readable("tls.clientCertificate", clientCertificate);
        Require.readable("tls.clientKey", clientKey);
    }

    /** The authorities of the JVM. */
    public static CertificateFiles none() {
        return new CertificateFiles(null, null, null, null);
    }

    /** Trusts the authorities in this file. */
    public static CertificateFiles trusting(Path authorities) {
        return new CertificateFiles(authorities, null, null, null);
    }

    /** The same trust, and a certificate of our own with its key. */
    public CertificateFiles withClient(Path certificate, Path key) {
        return new CertificateFiles(authorities, certificate, key, null);
    }

    @Override
    public Mono<Certificates> current() {
        return Mono.fromCallable(() -> {
            String key = text("tls.clientKey", clientKey);
            return new Certificates(
                    text("tls.rootCertificate", authorities),
                    text("tls.clientCertificate", clientCertificate),
                    key == null ? null : Secret.of(key),
                    clientKeyPassword);
        });
    }

    private static @Nullable String text(String setting, @Nullable Path file) {
        try {
            return file == null ? null : Files.readString(file);
        } catch (IOException e) {
            throw Require.unreadable(setting, file);
        }
    }
}
