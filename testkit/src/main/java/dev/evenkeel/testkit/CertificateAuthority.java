package dev.evenkeel.testkit;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Issues certificates for servers and clients, also ones that are out of date or good for another host. Each is a pair of files
 * in one directory. Thread-safe.
 */
public final class CertificateAuthority {

    private static final Duration LIFETIME = Duration.ofDays(30);

    private final Path directory;
    private final String prefix;
    private final X509Bundle own;
    private final Path certificate;
    private final AtomicInteger issued = new AtomicInteger();

    private CertificateAuthority(Path directory, String name, X509Bundle own) throws IOException {
        this.directory = directory;
        this.prefix = name.replaceAll("[^A-Za-z0-9]", "-");
        this.own = own;
        this.certificate = Files.writeString(directory.resolve(prefix + ".crt"), own.getRootCertificatePEM());
    }

    /** A certificate and its private key (PKCS#8), both PEM. */
    public record Issued(Path certificate, Path key) {}

    /** An authority of this name, whose files are in a directory that is there already. */
    public static CertificateAuthority create(Path directory, String name) {
        try {
            X509Bundle own = until(Instant.now().plus(LIFETIME))
                    .subject("CN=" + name)
                    .setIsCertificateAuthority(true)
                    .ecp256()
                    .buildSelfSigned();
            return new CertificateAuthority(directory, name, own);
        } catch (Exception e) {
            throw failed(e);
        }
    }

    /** Its own certificate (PEM), for those who are to trust it. */
    public Path certificate() {
        return certificate;
    }

    /** For a server with these names and addresses, valid for the 30 days before {@code end}. */
    public Issued server(Instant end, String... hosts) {
        CertificateBuilder builder = until(end).subject("CN=" + hosts[0]).addExtendedKeyUsageServerAuth();
        for (String host : hosts) {
            byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
            if (address == null) {
                builder.addSanDnsName(host);
            } else {
                builder.addSanIpAddress(NetUtil.bytesToIpAddress(address));
            }
        }
        return issue("server", builder);
    }

    /** For the client of this role, valid for the 30 days before {@code end}. */
    public Issued client(Instant end, String role) {
        return issue("client", until(end).subject("CN=" + role).addExtendedKeyUsageClientAuth());
    }

    private Issued issue(String kind, CertificateBuilder builder) {
        try {
            X509Bundle bundle = builder.ecp256().buildIssuedBy(own);
            String name = "%s-%s-%d".formatted(prefix, kind, issued.incrementAndGet());
            return new Issued(
                    Files.writeString(directory.resolve(name + ".crt"), bundle.getCertificatePathPEM()),
                    secret(
                            directory.resolve(name + ".key"),
                            bundle.getPrivateKeyPEM().getBytes(StandardCharsets.US_ASCII)));
        } catch (Exception e) {
            throw failed(e);
        }
    }

    /** The server and pgjdbc refuse a key that others can read. */
    static Path secret(Path path, byte[] content) throws IOException {
        Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.write(path, content);
    }

    private static CertificateBuilder until(Instant end) {
        return new CertificateBuilder()
                .notBefore(end.minus(LIFETIME.plusHours(1)))
                .notAfter(end);
    }

    private static RuntimeException failed(Exception cause) {
        return cause instanceof IOException io
                ? new UncheckedIOException("Cannot write a certificate", io)
                : new IllegalStateException("Cannot make a certificate", cause);
    }
}
