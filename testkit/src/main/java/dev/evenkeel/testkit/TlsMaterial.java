package dev.evenkeel.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/**
 * The certificates of one cluster, made for it and deleted with it. The server's is good for {@code localhost} and
 * {@code 127.0.0.1}. Immutable and thread-safe.
 *
 * @param issuer issues more of them, to be used by {@link PostgresCluster#useCertificate} or by a client
 * @param authority certificate (PEM) that the server's and the client's are signed by
 * @param strangerAuthority certificate (PEM) of somebody else, for clients that must refuse the server
 * @param clientCertificate certificate (PEM) of {@link #CLIENT_USER}, whom the server lets in by it
 * @param clientKey its private key (PKCS#8, PEM)
 * @param clientKeyDer the same key in the form that pgjdbc's {@code sslkey} reads (PKCS#8, DER)
 */
public record TlsMaterial(
        CertificateAuthority issuer,
        Path authority,
        Path strangerAuthority,
        Path clientCertificate,
        Path clientKey,
        Path clientKeyDer) {

    /** A role that exists on clusters with TLS and needs the client certificate. */
    public static final String CLIENT_USER = "certificate_user";

    private static final Duration LIFETIME = Duration.ofDays(30);
    private static final String AUTHORITY = "ca.crt";
    private static final String SERVER_CERTIFICATE = "server.crt";
    private static final String SERVER_KEY = "server.key";

    static TlsMaterial create(Path directory) throws IOException {
        Files.createDirectory(directory, FileTree.OWNER_ONLY);
        CertificateAuthority issuer = CertificateAuthority.create(directory, "evenkeel test authority");
        Instant end = Instant.now().plus(LIFETIME);
        CertificateAuthority.Issued client = issuer.client(end, CLIENT_USER);
        return new TlsMaterial(
                issuer,
                issuer.certificate(),
                CertificateAuthority.create(directory, "authority of somebody else")
                        .certificate(),
                client.certificate(),
                client.key(),
                CertificateAuthority.secret(directory.resolve("client.pk8"), der(client.key())));
    }

    /** A certificate as the server of a fresh cluster has it. */
    public CertificateAuthority.Issued serverCertificate() {
        return issuer.server(Instant.now().plus(LIFETIME), "localhost", PostgresNode.LOOPBACK);
    }

    /** Gives a node a certificate, its key, and the authority whose clients it lets in. */
    static void install(DataDirectory data, CertificateAuthority.Issued server, Path clientAuthority)
            throws IOException {
        Files.copy(clientAuthority, data.path().resolve(AUTHORITY), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(server.certificate(), data.path().resolve(SERVER_CERTIFICATE), StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(data.path().resolve(SERVER_KEY));
        CertificateAuthority.secret(data.path().resolve(SERVER_KEY), Files.readAllBytes(server.key()));
    }

    private static byte[] der(Path pem) throws IOException {
        return Base64.getMimeDecoder()
                .decode(Files.readString(pem)
                        .replaceAll("-----[A-Z ]+-----", "")
                        .trim());
    }
}
