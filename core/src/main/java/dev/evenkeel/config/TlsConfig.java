package dev.evenkeel.config;

import java.nio.file.Path;

/**
 * Whether and how connections are encrypted. There is no mode that falls back to plaintext.
 *
 * @param mode how much is verified
 * @param certificates whom to trust and who we are, asked again when a connection is opened
 */
public record TlsConfig(Mode mode, CertificateSource certificates) {

    /** How much of the server's identity is verified. */
    public enum Mode {
        /** Plaintext. For loopback and tests. */
        DISABLED,
        /** Encrypted and the certificate's chain and host name are verified. The default as soon as TLS is on. */
        VERIFY_FULL,
        /** Encrypted and the chain is verified, but not the host name. Logged as a warning at the start. */
        VERIFY_CA,
        /**
         * Encrypted, nothing is verified: no protection against an active attacker. Logged as a warning at the start.
         */
        UNVERIFIED
    }

    public static TlsConfig disabled() {
        return new TlsConfig(Mode.DISABLED, CertificateFiles.none());
    }

    /** Verifies chain and host name against the JVM's authorities. */
    public static TlsConfig verifyFull() {
        return verifyFull(CertificateFiles.none());
    }

    /** Verifies chain and host name against the authorities in a PEM file, which is read again when it has changed. */
    public static TlsConfig verifyFull(Path rootCertificate) {
        return verifyFull(CertificateFiles.trusting(rootCertificate));
    }

    /** Verifies chain and host name, and may show a certificate of our own. */
    public static TlsConfig verifyFull(CertificateSource certificates) {
        return new TlsConfig(Mode.VERIFY_FULL, certificates);
    }
}
