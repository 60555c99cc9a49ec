package dev.evenkeel.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.evenkeel.monitoring.Alert.State;
import dev.evenkeel.monitoring.Recommendation.Severity;
import dev.evenkeel.testkit.CertificateAuthority;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A webhook goes to nobody who cannot prove who he is. */
class WebhookTlsTest {

    private static final char[] NO_PASSWORD = {};
    private static final Alert ALERT = new Alert(
            "failover", Severity.INFO, "database", State.FIRING, Instant.EPOCH, "summary", Map.of(), List.of());

    private final AtomicInteger received = new AtomicInteger();
    private final CertificateAuthority known;
    private final CertificateAuthority strange;
    private HttpsServer server;

    WebhookTlsTest(@TempDir Path folder) {
        this.known = CertificateAuthority.create(folder, "known");
        this.strange = CertificateAuthority.create(folder, "strange");
    }

    private void serve(CertificateAuthority.Issued identity) throws IOException, GeneralSecurityException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context(identity)));
        server.createContext("/", exchange -> {
            received.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
    }

    @BeforeEach
    void begin() throws IOException, GeneralSecurityException {
        serve(known.server(Instant.now().plusSeconds(3600), "localhost"));
    }

    @AfterEach
    void end() {
        server.stop(0);
    }

    private void deliver(CertificateAuthority trusted, String host) throws IOException, GeneralSecurityException {
        WebhookSink.to(
                        URI.create("https://" + host + ":" + server.getAddress().getPort() + "/"),
                        "0123456789abcdef",
                        trusting(trusted),
                        Duration.ofMillis(1))
                .deliver(ALERT)
                .block(Duration.ofSeconds(20));
    }

    @Test
    void aReceiverWithACertificateOfTheAuthorityGetsIt() throws IOException, GeneralSecurityException {
        deliver(known, "localhost");

        assertThat(received).hasValue(1);
    }

    @Test
    void oneOfAnotherAuthorityOrWithAnotherNameGetsNothing() {
        assertThatThrownBy(() -> deliver(strange, "localhost"))
                .hasRootCauseInstanceOf(Exception.class)
                .hasStackTraceContaining(SSLException.class.getPackageName());
        assertThatThrownBy(() -> deliver(known, "127.0.0.1")).hasStackTraceContaining("127.0.0.1");

        assertThat(received).hasValue(0);
    }

    private static SSLContext context(CertificateAuthority.Issued identity)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        store.setKeyEntry(
                "server", key(identity.key()), NO_PASSWORD, new Certificate[] {certificate(identity.certificate())});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, NO_PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private static SSLContext trusting(CertificateAuthority authority) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        store.setCertificateEntry("authority", certificate(authority.certificate()));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static Certificate certificate(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        String pem = Files.readString(file).replaceAll("-----[^-]+-----|\\s", "");
        PKCS8EncodedKeySpec encoded =
                new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem));
        try {
            return KeyFactory.getInstance("EC").generatePrivate(encoded);
        } catch (GeneralSecurityException notThatOne) {
            return KeyFactory.getInstance("RSA").generatePrivate(encoded);
        }
    }
}
