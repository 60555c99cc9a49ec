package dev.evenkeel.monitoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.evenkeel.error.InvalidConfigurationException;
import dev.evenkeel.monitoring.Alert.State;
import dev.evenkeel.monitoring.Recommendation.Severity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebhookSinkTest {

    private static final String SECRET = "0123456789abcdef";
    private static final Alert ALERT = new Alert(
            "node-down",
            Severity.WARNING,
            "db:5432",
            State.FIRING,
            Instant.parse("2026-11-26T12:00:00Z"),
            "db:5432 does not answer",
            Map.of("state", "DOWN"),
            List.of("Look at it."));

    private record Posted(String body, String signature) {}

    private final Queue<Posted> posted = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> answers = new ConcurrentLinkedQueue<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        posted.add(new Posted(body, exchange.getRequestHeaders().getFirst("Evenkeel-Signature")));
        Integer status = answers.poll();
        exchange.getResponseHeaders().add("Location", "http://127.0.0.1:1/");
        exchange.sendResponseHeaders(status == null ? 204 : status, -1);
        exchange.close();
    }

    private void deliver() {
        WebhookSink.to(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook"),
                        SECRET,
                        null,
                        Duration.ofMillis(5))
                .deliver(ALERT)
                .block(Duration.ofSeconds(20));
    }

    @Test
    void postsTheAlertWithASignatureThatTheReceiverCanVerify() throws GeneralSecurityException {
        deliver();

        Posted one = posted.element();
        assertThat(one.body()).contains("\"rule\":\"node-down\"", "\"state\":\"FIRING\"", "Look at it.");
        String time = one.signature().replaceFirst("t=(\\d+),v1=.*", "$1");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
        String expected = HexFormat.of().formatHex(mac.doFinal((time + "." + one.body()).getBytes(UTF_8)));
        assertThat(one.signature()).isEqualTo("t=" + time + ",v1=" + expected);
        assertThat(Instant.ofEpochSecond(Long.parseLong(time)))
                .isBetween(Instant.now().minusSeconds(60), Instant.now());
    }

    @Test
    void triesAgainWhenTheReceiverIsInTrouble() {
        answers.addAll(List.of(503, 429, 500));
        deliver();

        assertThat(posted).hasSize(4);
    }

    @Test
    void givesUpAfterFiveAttempts() {
        answers.addAll(List.of(503, 503, 503, 503, 503, 503, 503));
        assertThatThrownBy(this::deliver).hasMessageContaining("503");

        assertThat(posted).hasSize(5);
    }

    @Test
    void aRefusalIsFinalAndARedirectIsNotFollowed() {
        answers.addAll(List.of(403, 302));
        assertThatThrownBy(this::deliver).hasMessageContaining("403");
        assertThatThrownBy(this::deliver).hasMessageContaining("302");

        assertThat(posted).hasSize(2);
    }

    @Test
    void plainHttpToAnotherMachineAndShortSecretsAreRefused() {
        assertThatThrownBy(() -> WebhookSink.to(URI.create("http://example.org/hook"), SECRET))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("webhook.address");
        assertThatThrownBy(() -> WebhookSink.to(URI.create("https://example.org/hook?token=top"), "short"))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("webhook.secret");
        assertThat(WebhookSink.to(URI.create("https://example.org/hook?token=top"), SECRET)
                        .toString())
                .doesNotContain(SECRET)
                .doesNotContain("top");
    }
}
