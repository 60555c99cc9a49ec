package dev.evenkeel.monitoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.evenkeel.config.Secret;
import dev.evenkeel.error.InvalidConfigurationException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;
import reactor.util.retry.Retry.RetrySignal;
import tools.jackson.databind.json.JsonMapper;

/**
 * Posts alerts as JSON. The header {@code Evenkeel-Signature: t=<seconds since 1970>,v1=<hex>} proves where they come from: the HMAC
 * with SHA-256 of the time, a point and the body under the shared secret. Whoever receives it should refuse old times.
 *
 * <p>Only over HTTPS, but for an address of this machine. A refusal with 429 or 5xx and a broken connection are tried again, four
 * times within about half a minute, or after {@code Retry-After} if that is within a minute; another refusal is an error at once.
 * Redirects are not followed: they would take the alert elsewhere. Thread-safe.
 */
public final class WebhookSink implements AlertSink {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int ATTEMPTS = 4;
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
    private static final int LEAST_SECRET = 16;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERRORS = 500;
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String ALGORITHM = "HmacSHA256";
    private static final JsonMapper JSON = JsonMapper.shared();

    private final URI address;
    private final Secret secret;
    private final HttpClient client;
    private final Duration firstWait;

    private WebhookSink(URI address, String secret, HttpClient client, Duration firstWait) {
        this.address = address;
        this.secret = Secret.of(secret);
        this.client = client;
        this.firstWait = firstWait;
    }

    /**
     * Verifies the receiver by the authorities of the Java runtime.
     *
     * @throws InvalidConfigurationException when the address is not one of HTTPS, or the secret is shorter than 16 characters
     */
    public static WebhookSink to(URI address, String secret) {
        return to(address, secret, null, FIRST_WAIT);
    }

    /** The same with authorities, and a certificate of one's own, of a context. */
    public static WebhookSink to(URI address, String secret, SSLContext tls) {
        return to(address, secret, tls, FIRST_WAIT);
    }

    static WebhookSink to(URI address, String secret, @Nullable SSLContext tls, Duration firstWait) {
        String scheme = String.valueOf(address.getScheme());
        boolean encrypted = scheme.equalsIgnoreCase("https");
        if (address.getHost() == null || (!encrypted && !THIS_MACHINE.contains(address.getHost()))) {
            throw InvalidConfigurationException.of(
                    "webhook.address",
                    scheme + "://" + address.getHost(),
                    "an address of HTTPS",
                    "plain HTTP is for addresses of this machine only");
        }
        if (secret.length() < LEAST_SECRET) {
            throw InvalidConfigurationException.of(
                    "webhook.secret",
                    "%d characters".formatted(secret.length()),
                    "16 or more",
                    "generate one at random");
        }
        HttpClient.Builder client =
                HttpClient.newBuilder().followRedirects(Redirect.NEVER).connectTimeout(TIMEOUT);
        if (tls != null) {
            client.sslContext(tls);
        }
        return new WebhookSink(address, secret, client.build(), firstWait);
    }

    @Override
    public Mono<Void> deliver(Alert alert) {
        return Mono.fromCallable(() -> JSON.writeValueAsString(body(alert)))
                .flatMap(body -> Mono.defer(() -> post(body))
                        .retryWhen(Retry.from(failures -> failures.concatMap(this::pause))));
    }

    private Mono<Void> post(String body) {
        long seconds = Instant.now().getEpochSecond();
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .header("Evenkeel-Signature", "t=%d,v1=%s".formatted(seconds, signature(seconds + "." + body)))
                .POST(BodyPublishers.ofString(body))
                .build();
        return Mono.fromFuture(() -> client.sendAsync(request, BodyHandlers.discarding()))
                .flatMap(WebhookSink::verdict);
    }

    private static Mono<Void> verdict(HttpResponse<?> answer) {
        return answer.statusCode() / 100 == 2 ? Mono.empty() : Mono.error(new Refused(answer));
    }

    private String signature(String signed) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.reveal().getBytes(UTF_8), ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal(signed.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("each Java runtime has " + ALGORITHM, e);
        }
    }

    private static Map<String, Object> body(Alert alert) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("rule", alert.rule());
        body.put("severity", alert.severity().name());
        body.put("object", alert.object());
        body.put("state", alert.state().name());
        body.put("since", alert.since().toString());
        body.put("summary", alert.summary());
        body.put("evidence", alert.evidence());
        body.put("remedy", alert.remedy());
        return body;
    }

    private Mono<Long> pause(RetrySignal failure) {
        Throwable problem = failure.failure();
        boolean temporary =
                problem instanceof IOException && (!(problem instanceof Refused refused) || refused.isTemporary());
        if (!temporary || failure.totalRetries() >= ATTEMPTS) {
            return Mono.error(problem);
        }
        long doubled = firstWait.toMillis() << failure.totalRetries();
        Duration wait = Duration.ofMillis(doubled + ThreadLocalRandom.current().nextLong(doubled / 2 + 1));
        Duration asked = problem instanceof Refused refused ? refused.retryAfter() : Duration.ZERO;
        return asked.compareTo(LONGEST_WAIT) > 0
                ? Mono.error(problem)
                : Mono.delay(asked.compareTo(wait) > 0 ? asked : wait);
    }

    @Override
    public String toString() {
        return "WebhookSink[" + address.getScheme() + "://" + address.getHost() + "]";
    }

    /** The receiver has answered with something else than success. */
    static final class Refused extends IOException {

        private static final long serialVersionUID = 1L;

        private final int status;
        private final Duration retryAfter;

        Refused(HttpResponse<?> answer) {
            super("the webhook answered " + answer.statusCode());
            this.status = answer.statusCode();
            this.retryAfter = answer.headers()
                    .firstValue("Retry-After")
                    .filter(value -> value.matches("\\d{1,6}"))
                    .map(value -> Duration.ofSeconds(Long.parseLong(value)))
                    .orElse(Duration.ZERO);
        }

        boolean isTemporary() {
            return status == TOO_MANY || status >= SERVER_ERRORS;
        }

        Duration retryAfter() {
            return retryAfter;
        }
    }
}
