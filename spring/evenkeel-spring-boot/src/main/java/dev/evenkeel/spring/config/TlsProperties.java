package dev.evenkeel.spring.config;

import dev.evenkeel.config.CertificateFiles;
import dev.evenkeel.config.Secret;
import dev.evenkeel.config.TlsConfig;
import dev.evenkeel.config.TlsConfig.Mode;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Encryption; when nothing is set the URLs decide. Files are read again when they have changed.
 *
 * @param mode How much of the server's identity is verified. The default is verify-full as soon as anything here is set.
 * @param rootCertificate PEM file with the authorities to trust. The default is those of the JVM.
 * @param clientCertificate PEM file with our own certificate.
 * @param clientKey PEM file with its private key (PKCS#8).
 * @param clientKeyPassword Password of an encrypted private key.
 */
public record TlsProperties(
        @Nullable Mode mode,
        @Nullable Path rootCertificate,
        @Nullable Path clientCertificate,
        @Nullable Path clientKey,
        @Nullable String clientKeyPassword) {

    Optional<TlsConfig> config() {
        boolean material = rootCertificate != null || clientCertificate != null || clientKey != null;
        if (mode == null && !material) {
            return Optional.empty();
        }
        return Optional.of(new TlsConfig(
                mode == null ? Mode.VERIFY_FULL : mode,
                new CertificateFiles(
                        rootCertificate,
                        clientCertificate,
                        clientKey,
                        clientKeyPassword == null ? null : Secret.of(clientKeyPassword))));
    }

    @Override
    public String toString() {
        return "TlsProperties[mode=%s]".formatted(mode);
    }
}
