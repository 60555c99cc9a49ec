package dev.evenkeel;

import dev.evenkeel.config.Secret;
import dev.evenkeel.error.InvalidConfigurationException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Turns a {@link ReadToken} into a short string and back, so that a client can bring it to another instance. The string is
 * signed (HMAC-SHA-256, 128 bits of it): a forged position of the future would send every read to the primary. Thread-safe.
 */
public final class ReadTokenSeal {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int SIGNATURE_BYTES = 16;
    private static final int TOKEN_BYTES = 3 * Long.BYTES;
    private static final byte VERSION = 1;
    private static final int MIN_KEY_BYTES = 16;

    private final SecretKeySpec key;

    /**
     * All instances need the same key.
     *
     * @throws InvalidConfigurationException when it has less than 16 bytes
     */
    public ReadTokenSeal(Secret key) {
        byte[] bytes = key.reveal().getBytes(StandardCharsets.UTF_8);
        if (bytes.length < MIN_KEY_BYTES) {
            throw InvalidConfigurationException.of(
                    "readToken.key",
                    bytes.length + " bytes",
                    "at least %d bytes".formatted(MIN_KEY_BYTES),
                    "make one with: openssl rand -base64 32");
        }
        this.key = new SecretKeySpec(bytes, ALGORITHM);
    }

    /** Letters, digits, {@code -} and {@code _} only. */
    public String seal(ReadToken token) {
        byte[] content = ByteBuffer.allocate(1 + TOKEN_BYTES)
                .put(VERSION)
                .putLong(token.systemId())
                .putLong(token.timeline())
                .putLong(token.lsn().position())
                .array();
        byte[] all = ByteBuffer.allocate(content.length + SIGNATURE_BYTES)
                .put(content)
                .put(signature(content))
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    }

    /** Empty when the string is not one that this key has sealed. */
    public Optional<ReadToken> open(String sealed) {
        byte[] all;
        try {
            all = Base64.getUrlDecoder().decode(sealed);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (all.length != 1 + TOKEN_BYTES + SIGNATURE_BYTES || all[0] != VERSION) {
            return Optional.empty();
        }
        byte[] content = Arrays.copyOf(all, 1 + TOKEN_BYTES);
        byte[] signature = Arrays.copyOfRange(all, 1 + TOKEN_BYTES, all.length);
        if (!MessageDigest.isEqual(signature, signature(content))) {
            return Optional.empty();
        }
        ByteBuffer fields = ByteBuffer.wrap(content, 1, TOKEN_BYTES);
        return Optional.of(new ReadToken(fields.getLong(), fields.getLong(), new Lsn(fields.getLong())));
    }

    private byte[] signature(byte[] content) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return Arrays.copyOf(mac.doFinal(content), SIGNATURE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
