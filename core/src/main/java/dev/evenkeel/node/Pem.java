package dev.evenkeel.node;

import dev.evenkeel.config.Secret;
import dev.evenkeel.error.InvalidConfigurationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/** Reads PEM texts with the means of the JDK. What is wrong is named by its setting; key material is never quoted. */
final class Pem {

    private static final Pattern KEY =
            Pattern.compile("-----BEGIN (ENCRYPTED )?PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END");

    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

    private Pem() {}

    static List<X509Certificate> certificates(String setting, String pem) {
        try {
            List<X509Certificate> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (!certificates.isEmpty()) {
                return certificates;
            }
        } catch (CertificateException e) {
            // Below, like a text without any.
        }
        throw InvalidConfigurationException.of(
                setting,
                "a text of %d characters without a usable certificate".formatted(pem.length()),
                "PEM with at least one certificate",
                "it begins with -----BEGIN CERTIFICATE-----");
    }

    static PrivateKey privateKey(String setting, String pem, @Nullable Secret password) {
        Matcher key = KEY.matcher(pem);
        if (!key.find()) {
            throw unusable(setting, "not a PKCS#8 key");
        }
        boolean encrypted = key.group(1) != null;
        if (encrypted && password == null) {
            throw unusable(setting, "encrypted and there is no password for it");
        }
        try {
            byte[] content = Base64.getMimeDecoder().decode(key.group(2));
            return decode(
                    encrypted && password != null
                            ? decrypt(content, password.reveal().toCharArray())
                            : new PKCS8EncodedKeySpec(content));
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw unusable(setting, encrypted ? "not to be opened by its password" : "damaged");
        }
    }

    private static PKCS8EncodedKeySpec decrypt(byte[] content, char[] password)
            throws IOException, GeneralSecurityException {
        EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(content);
        // PBES2 is a family; which of it is written in the parameters.
        String algorithm =
                info.getAlgName().startsWith("PBES2") || info.getAlgName().startsWith("1.2.840.113549.1.5.13")
                        ? info.getAlgParameters().toString()
                        : info.getAlgName();
        javax.crypto.Cipher cipher = javax.crypto.Cipher.getInstance(algorithm);
        cipher.init(
                javax.crypto.Cipher.DECRYPT_MODE,
                SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password)),
                info.getAlgParameters());
        return info.getKeySpec(cipher);
    }

    private static PrivateKey decode(PKCS8EncodedKeySpec spec) throws GeneralSecurityException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                // A key of another kind.
            }
        }
        throw new InvalidKeySpecException("none of " + ALGORITHMS);
    }

    private static InvalidConfigurationException unusable(String setting, String what) {
        return InvalidConfigurationException.of(
                setting,
                what,
                "a private key in PKCS#8 as PEM",
                "convert it: openssl pkcs8 -topk8 -in old.key -out new.key");
    }
}
