package dev.evenkeel.config;

import dev.evenkeel.error.InvalidConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether and how connections are encrypted. There is no mode that falls back to plaintext.
 *
 * @param mode how much is verified
 * @param rootCertificate PEM file with the authorities to trust; {@code null} for those of the JVM
 */
public record TlsConfig(Mode mode, @Nullable Path rootCertificate) {

    /** How much of the server's identity is verified. */
    public enum Mode {
        /** Plaintext. For loopback and tests. */
        DISABLED,
        /** Encrypted and the certificate's chain and host name are verified. The default as soon as TLS is on. */
        VERIFY_FULL,
        /** Encrypted and the chain is verified, but not the host name. */
        VERIFY_CA,
        /** Encrypted, nothing is verified: no protection against an active attacker. */
        UNVERIFIED
    }

    public TlsConfig {
        if (rootCertificate != null && !Files.isReadable(rootCertificate)) {
            throw InvalidConfigurationException.of(
                    "tls.rootCertificate",
                    rootCertificate,
                    "a readable PEM file",
                    "check the path and the rights of the user that runs the application");
        }
    }

    public static TlsConfig disabled() {
        return new TlsConfig(Mode.DISABLED, null);
    }

    /** Verifies chain and host name against the JVM's authorities. */
    public static TlsConfig verifyFull() {
        return new TlsConfig(Mode.VERIFY_FULL, null);
    }

    /** Verifies chain and host name against the authorities in a PEM file. */
    public static TlsConfig verifyFull(Path rootCertificate) {
        return new TlsConfig(Mode.VERIFY_FULL, rootCertificate);
    }
}
