package dev.evenkeel.node;

import dev.evenkeel.config.Certificates;
import dev.evenkeel.config.Secret;
import dev.evenkeel.error.EncryptionFailedException;
import dev.evenkeel.error.EncryptionFailedException.Reason;
import dev.evenkeel.error.InvalidConfigurationException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Our own certificate, shown to whatever server asks for one. The key manager of the JDK would keep it back from a server that
 * does not name its authority, and the server would complain of a missing certificate instead of a wrong one. Immutable.
 */
final class ClientIdentity extends X509ExtendedKeyManager {

    private static final String ONLY = "client";

    private final List<X509Certificate> chain;
    private final PrivateKey key;

    private ClientIdentity(List<X509Certificate> chain, PrivateKey key) {
        this.chain = chain;
        this.key = key;
    }

    /**
     * Emits {@code null} when there is none.
     *
     * @throws InvalidConfigurationException when certificate and key are unusable or belong to different pairs
     */
    static @Nullable ClientIdentity of(Certificates certificates) {
        String certificate = certificates.clientCertificate();
        Secret secret = certificates.clientKey();
        if (certificate == null || secret == null) {
            return null;
        }
        List<X509Certificate> chain = Pem.certificates("tls.clientCertificate", certificate);
        PrivateKey key = Pem.privateKey("tls.clientKey", secret.reveal(), certificates.clientKeyPassword());
        ClientIdentity identity = new ClientIdentity(chain, key);
        if (!identity.fits()) {
            throw InvalidConfigurationException.of(
                    "tls.clientKey",
                    "the key of another certificate",
                    "that of " + identity,
                    "give the pair that was issued together");
        }
        return identity;
    }

    private boolean fits() {
        try {
            Signature signature = Signature.getInstance(
                    switch (key.getAlgorithm()) {
                        case "EC" -> "SHA256withECDSA";
                        case "RSA" -> "SHA256withRSA";
                        default -> key.getAlgorithm();
                    });
            byte[] sample = ONLY.getBytes(StandardCharsets.UTF_8);
            signature.initSign(key);
            signature.update(sample);
            byte[] signed = signature.sign();
            signature.initVerify(chain.get(0).getPublicKey());
            signature.update(sample);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    void requireValid() throws EncryptionFailedException {
        Instant end = chain.get(0).getNotAfter().toInstant();
        if (end.isBefore(Instant.now())) {
            throw new EncryptionFailedException(
                    Reason.CLIENT_CERTIFICATE_EXPIRED, "is not asked: %s is out of date".formatted(this), null);
        }
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return Arrays.asList(keyTypes).contains(key.getAlgorithm()) ? ONLY : null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineClientAlias(keyTypes, issuers, null);
    }

    @Override
    public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {ONLY};
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return chain.toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return key;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public String toString() {
        X509Certificate own = chain.get(0);
        return "the client certificate with subject %s, valid until %s"
                .formatted(own.getSubjectX500Principal(), own.getNotAfter().toInstant());
    }
}
