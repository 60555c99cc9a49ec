package dev.evenkeel.testkit;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;

/**
 * The certificates of one cluster, made for it and deleted with it. The server's is good for {@code localhost} and
 * {@code 127.0.0.1}. Immutable and thread-safe.
 *
 * @param authority certificate (PEM) that the server's and the client's are signed by
 * @param strangerAuthority certificate (PEM) of somebody else, for clients that must refuse the server
 * @param clientCertificate certificate (PEM) of {@link #CLIENT_USER}, whom the server lets in by it
 * @param clientKey its private key (PKCS#8, PEM)
 * @param clientKeyDer the same key in the form that pgjdbc's {@code sslkey} reads (PKCS#8, DER)
 */
public record TlsMaterial(
        Path authority, Path strangerAuthority, Path clientCertificate, Path clientKey, Path clientKeyDer) {

    /** A role that exists on clusters with TLS and needs the client certificate. */
    public static final String CLIENT_USER = "certificate_user";

    private static final String SERVER_CERTIFICATE = "server.crt";
    private static final String SERVER_KEY = "server.key";

    static TlsMaterial create(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, FileTree.OWNER_ONLY);
            X509Bundle authority = authority("evenkeel test authority");
            X509Bundle server = valid().subject("CN=localhost")
                    .addSanDnsName("localhost")
                    .addSanIpAddress(PostgresNode.LOOPBACK)
                    .addExtendedKeyUsageServerAuth()
                    .ecp256()
                    .buildIssuedBy(authority);
            X509Bundle client = valid().subject("CN=" + CLIENT_USER)
                    .addExtendedKeyUsageClientAuth()
                    .ecp256()
                    .buildIssuedBy(authority);
            Files.writeString(directory.resolve(SERVER_CERTIFICATE), server.getCertificatePathPEM());
            secret(directory.resolve(SERVER_KEY), server.getPrivateKeyPEM().getBytes(StandardCharsets.US_ASCII));
            return new TlsMaterial(
                    Files.writeString(directory.resolve("ca.crt"), authority.getRootCertificatePEM()),
                    Files.writeString(
                            directory.resolve("stranger.crt"),
                            authority("somebody else's authority").getRootCertificatePEM()),
                    Files.writeString(directory.resolve("client.crt"), client.getCertificatePathPEM()),
                    secret(
                            directory.resolve("client.key"),
                            client.getPrivateKeyPEM().getBytes(StandardCharsets.US_ASCII)),
                    secret(
                            directory.resolve("client.pk8"),
                            client.getKeyPair().getPrivate().getEncoded()));
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("Cannot make certificates", e);
        }
    }

    /** Gives a node the server's certificate and key. */
    void installInto(DataDirectory data) throws IOException {
        Files.copy(authority, data.path().resolve("ca.crt"));
        Files.copy(authority.resolveSibling(SERVER_CERTIFICATE), data.path().resolve(SERVER_CERTIFICATE));
        secret(data.path().resolve(SERVER_KEY), Files.readAllBytes(authority.resolveSibling(SERVER_KEY)));
    }

    /** The server and pgjdbc refuse a key that others can read. */
    private static Path secret(Path path, byte[] content) throws IOException {
        Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.write(path, content);
    }

    private static X509Bundle authority(String name) throws Exception {
        return valid().subject("CN=" + name)
                .setIsCertificateAuthority(true)
                .ecp256()
                .buildSelfSigned();
    }

    private static CertificateBuilder valid() {
        Instant now = Instant.now();
        return new CertificateBuilder()
                .notBefore(now.minus(Duration.ofHours(1)))
                .notAfter(now.plus(Duration.ofDays(30)));
    }
}
