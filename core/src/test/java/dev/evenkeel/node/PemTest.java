package dev.evenkeel.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.config.Secret;
import dev.evenkeel.error.InvalidConfigurationException;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {

    private static PrivateKey key(String algorithm) throws GeneralSecurityException {
        return KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate();
    }

    private static String pem(String kind, byte[] content) {
        return "# by hand\n-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(kind, Base64.getMimeEncoder().encodeToString(content), kind);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519"})
    void readsKeysOfTheUsualKinds(String algorithm) throws GeneralSecurityException {
        PrivateKey key = key(algorithm);

        assertThat(Pem.privateKey("tls.clientKey", pem("PRIVATE KEY", key.getEncoded()), null))
                .isEqualTo(key);
    }

    /** Written by "openssl pkcs8 -topk8" of OpenSSL 3.0. */
    @Test
    void opensAnEncryptedKey() {
        String locked = """
                -----BEGIN ENCRYPTED PRIVATE KEY-----
                MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhEPH2KpDwUcAICCAAw
                DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEECUtxtrNjXKei24Uo6YOMcgEgZCT
                bLUhLrhid/iD58NvF4FtbCm85L4mdqP3B37o5nJimioN0LVFS/EvcFAkv/ztMzoa
                57bABVBFlvfisWvbTQsUlr1PSTNJtF7tzNFekDcfSSlUZ5brKtLXEaghC0siteiB
                zqFt/lcP6uSAKCV04+WyM0bwTUgygZVx7Pj9+zvWTNKBf/u4fR+wq2PpIStNHBM=
                -----END ENCRYPTED PRIVATE KEY-----
                """;

        assertThat(Pem.privateKey("tls.clientKey", locked, Secret.of("sesame")).getAlgorithm())
                .isEqualTo("EC");
        assertThatThrownBy(() -> Pem.privateKey("tls.clientKey", locked, Secret.of("wr0ng")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("not to be opened by its password")
                .hasMessageNotContaining("wr0ng");
        assertThatThrownBy(() -> Pem.privateKey("tls.clientKey", locked, null))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("there is no password");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----", "S3CRET"})
    void whatIsNoKeyIsNotQuoted(String text) {
        assertThatThrownBy(() -> Pem.privateKey("tls.clientKey", text, null))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("tls.clientKey")
                .hasMessageContaining("openssl pkcs8")
                .hasMessageNotContaining("S3CRET");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"})
    void whatIsNoCertificateIsNamedByItsSetting(String text) {
        assertThatThrownBy(() -> Pem.certificates("tls.rootCertificate", text))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("tls.rootCertificate");
    }
}
